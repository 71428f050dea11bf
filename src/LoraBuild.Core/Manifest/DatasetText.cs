using System.Text.Json;

namespace LoraBuild.Core.Manifest;

/// <summary>
/// A <c>dataset.json</c> as its text: pictures get other captions without the manifest being read and written as a whole, which for thousands
/// of them takes long.
/// </summary>
public sealed class DatasetText
{
    private readonly byte[] text;

    /// <summary>A manifest from the bytes that <see cref="DatasetFile.Serialize"/> made.</summary>
    public DatasetText(byte[] text) => this.text = text;

    /// <summary>The manifest with other captions for some pictures of its characters.</summary>
    /// <param name="captions">By the picture's file name: its caption and the outfit that she wears, or null.</param>
    /// <param name="groups">The groups, each without its pictures but for how many it has.</param>
    /// <returns>The bytes that <see cref="DatasetFile.Serialize"/> would give.</returns>
    /// <exception cref="InvalidDataException">It is no manifest, or one of the pictures is not in it.</exception>
    public byte[] With(IReadOnlyDictionary<string, (string Caption, string? Outfit)> captions, out IReadOnlyList<(DatasetGroup Group, int Pictures)> groups)
    {
        var found = new List<(DatasetGroup Group, int Pictures)>();
        using var changed = new MemoryStream(text.Length + (captions.Count * 1024));
        var (copied, replaced) = (0, 0);
        var reader = new Utf8JsonReader(text);
        // Groups are objects in a list of the manifest's, pictures objects in a list of a group's.
        const int GroupDepth = 2, PictureDepth = 4;
        var (folder, repeats, pictures, isRegularization) = ("", 0, 0, false);
        var (start, isWanted, file) = (0L, false, "");
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject when reader.CurrentDepth == GroupDepth:
                    (folder, repeats, pictures, isRegularization) = ("", 0, 0, false);
                    break;
                case JsonTokenType.EndObject when reader.CurrentDepth == GroupDepth:
                    found.Add((new DatasetGroup(folder, repeats, [], isRegularization), pictures));
                    break;
                case JsonTokenType.StartObject when reader.CurrentDepth == PictureDepth:
                    (start, isWanted) = (reader.TokenStartIndex, false);
                    pictures++;
                    break;
                case JsonTokenType.EndObject when reader.CurrentDepth == PictureDepth && isWanted:
                    changed.Write(text, copied, (int)start - copied);
                    copied = (int)reader.BytesConsumed;
                    var (caption, outfit) = captions[file];
                    Write(changed, DatasetFile.ReadPicture(text.AsSpan((int)start, copied - (int)start)) with { Caption = caption, Outfit = outfit });
                    replaced++;
                    break;
                case JsonTokenType.PropertyName when reader.CurrentDepth == GroupDepth + 1:
                    if (reader.ValueTextEquals("folder"u8)) folder = ReadValue(ref reader).GetString()!;
                    else if (reader.ValueTextEquals("repeats"u8)) repeats = ReadValue(ref reader).GetInt32();
                    else if (reader.ValueTextEquals("isRegularization"u8)) isRegularization = ReadValue(ref reader).GetBoolean();
                    break;
                case JsonTokenType.PropertyName when reader.CurrentDepth == PictureDepth + 1 && reader.ValueTextEquals("file"u8):
                    file = ReadValue(ref reader).GetString()!;
                    // Regularisation images have captions of their own, and could have the name of one of hers.
                    isWanted = !folder.StartsWith(DatasetLayout.RegularizationFolder + "/", StringComparison.Ordinal) && captions.ContainsKey(file);
                    break;
                default:
                    break;
            }
        }

        if (replaced != captions.Count)
            throw new InvalidDataException("A picture is not in the manifest.");
        changed.Write(text, copied, text.Length - copied);
        groups = found;
        return changed.ToArray();
    }

    private static ref Utf8JsonReader ReadValue(ref Utf8JsonReader reader)
    {
        reader.Read();
        return ref reader;
    }

    // A picture's own text has no line breaks but those between its properties: those within strings are escaped.
    private static void Write(MemoryStream stream, DatasetPicture picture)
    {
        var own = DatasetFile.SerializePicture(picture).AsSpan();
        while (own.IndexOf((byte)'\n') is >= 0 and var end)
        {
            stream.Write(own[..(end + 1)]);
            stream.Write("        "u8);
            own = own[(end + 1)..];
        }

        stream.Write(own);
    }
}
