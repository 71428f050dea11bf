using System.Globalization;
using System.Text;
using System.Text.Json;

namespace LoraBuild.Core.Manifest;

/// <summary>
/// A <c>dataset.json</c> as its text: pictures get other captions without the manifest being read and written as a whole, which for thousands
/// of them takes long.
/// </summary>
public sealed class DatasetText
{
    private readonly byte[] text;

    /// <summary>A manifest from the bytes that <see cref="DatasetFile.Serialize"/> made, known to be as they were written.</summary>
    public DatasetText(byte[] text) => this.text = text;

    // How the lines begin that are looked at. Each property has a line of its own, and strings have no line breaks in them.
    private static ReadOnlySpan<byte> FolderLine => "      \"folder\": "u8;

    private static ReadOnlySpan<byte> RepeatsLine => "      \"repeats\": "u8;

    private static ReadOnlySpan<byte> IsRegularizationLine => "      \"isRegularization\": "u8;

    private static ReadOnlySpan<byte> FileLine => "          \"file\": "u8;

    private static ReadOnlySpan<byte> CaptionLine => "          \"caption\": "u8;

    private static ReadOnlySpan<byte> OutfitLine => "          \"outfit\": "u8;

    /// <summary>The manifest with other captions for some pictures of its characters.</summary>
    /// <param name="captions">By the picture's file name: its caption and the outfit that she wears, or null.</param>
    /// <param name="groups">The groups, each without its pictures but for how many it has.</param>
    /// <returns>The bytes that <see cref="DatasetFile.Serialize"/> would give.</returns>
    /// <exception cref="InvalidDataException">One of the pictures is not in it.</exception>
    public byte[] With(IReadOnlyDictionary<string, (string Caption, string? Outfit)> captions, out IReadOnlyList<(DatasetGroup Group, int Pictures)> groups)
    {
        var found = new List<(DatasetGroup Group, int Pictures)>();
        var (group, pictures) = (new DatasetGroup("", 0, []), 0);
        using var changed = new MemoryStream(text.Length + (captions.Count * 1024));
        var (copied, replaced) = (0, 0);
        (string Caption, string? Outfit)? wanted = null;
        for (int start = 0, end; start < text.Length; start = end + 1)
        {
            end = text.AsSpan(start).IndexOf((byte)'\n') is >= 0 and var length ? start + length : text.Length;
            var line = text.AsSpan(start, end - start);
            if (line.StartsWith(FolderLine))
            {
                (group, pictures) = (group with { Folder = TextIn(line[FolderLine.Length..]) }, 0);
            }
            else if (line.StartsWith(RepeatsLine))
            {
                group = group with { Repeats = int.Parse(line[RepeatsLine.Length..].TrimEnd((byte)','), CultureInfo.InvariantCulture) };
            }
            else if (line.StartsWith(IsRegularizationLine))
            {
                found.Add((group with { IsRegularization = line.EndsWith("true"u8) }, pictures));
            }
            else if (line.StartsWith(FileLine))
            {
                pictures++;
                // Regularisation images have captions of their own, and could have the name of one of hers.
                wanted = !group.Folder.StartsWith(DatasetLayout.RegularizationFolder + "/", StringComparison.Ordinal)
                    && captions.TryGetValue(TextIn(line[FileLine.Length..]), out var caption) ? caption : null;
                replaced += wanted is null ? 0 : 1;
            }
            else if (wanted is not null && line.StartsWith(CaptionLine))
            {
                Replace(start + CaptionLine.Length, end - ",".Length, wanted.Value.Caption);
            }
            else if (wanted is not null && line.StartsWith(OutfitLine))
            {
                Replace(start + OutfitLine.Length, end, wanted.Value.Outfit);
            }
        }

        if (replaced != captions.Count)
            throw new InvalidDataException("A picture is not in the manifest.");
        changed.Write(text, copied, text.Length - copied);
        groups = found;
        return changed.ToArray();

        void Replace(int from, int to, string? value)
        {
            changed.Write(text, copied, from - copied);
            copied = to;
            changed.Write(value is null ? "null"u8 : Encoding.UTF8.GetBytes($"\"{JsonEncodedText.Encode(value, DatasetJson.Encoder)}\""));
        }
    }

    // The string that a value is, with or without a comma behind it.
    private static string TextIn(ReadOnlySpan<byte> value)
    {
        var written = value.TrimEnd((byte)',')[1..^1];
        if (written.IndexOf((byte)'\\') < 0)
            return Encoding.UTF8.GetString(written);
        var reader = new Utf8JsonReader(value.TrimEnd((byte)','));
        reader.Read();
        return reader.GetString()!;
    }
}
