using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using LoraBuild.Core.Caching;
using LoraBuild.Core.Diagnostics;
using LoraBuild.Core.Files;
using LoraBuild.Tasks.Items;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks.Steps;

/// <summary>
/// What the steps before Tag found of settings and pictures, kept so that a build in which only tag files changed need not find it again: a line of
/// JSON for what they said, then one for each picture that they let through. Of that file, only the lines of the pictures in question are read.
/// </summary>
internal sealed class KnownPictures
{
    private const string PathName = "File";

    private static readonly ContentHash Key = new StepKey("KnownPictures", 1).ToHash();
    private static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    private readonly byte[] text;
    private readonly int start;

    private KnownPictures(byte[] text)
    {
        this.text = text;
        start = text.AsSpan().IndexOf((byte)'\n') + 1;
        Count = text.AsSpan(start).Count((byte)'\n');
    }

    /// <summary>How many pictures went on to Tag.</summary>
    public int Count { get; }

    /// <summary>Keeps what was found.</summary>
    /// <param name="session">The build.</param>
    /// <param name="path">The file.</param>
    /// <param name="project">The hash of the project file.</param>
    /// <param name="normalized">How many pictures were normalized.</param>
    /// <param name="pictures">Those that go on to Tag.</param>
    /// <exception cref="LoraBuildException">LB6001: it cannot be written.</exception>
    public static void Write(BuildSession session, string path, ContentHash project, int normalized, IEnumerable<ITaskItem> pictures)
    {
        AtomicFile.Write(path, stream =>
        {
            WriteLine(stream, json =>
            {
                json.WriteString("project", project.ToString());
                json.WriteNumber("normalized", normalized);
                json.WriteStartArray("remarks");
                foreach (var remark in session.Remarks)
                    WriteRemark(json, remark);
                json.WriteEndArray();
            });
            foreach (var picture in pictures)
            {
                WriteLine(stream, json =>
                {
                    json.WriteString(PathName, picture.ItemSpec);
                    foreach (var name in PictureMetadata.All)
                        json.WriteString(name, picture.GetMetadata(name));
                });
            }
        });
        session.State.RecordOutput(path, Key);
    }

    /// <summary>What the last build kept, or null where it kept nothing.</summary>
    public static KnownPictures? TryOpen(BuildSession session, string path) =>
        session.State.FindOutput(path, Key) is null ? null : new KnownPictures(File.ReadAllBytes(path));

    /// <summary>The hash of the project file, how many pictures were normalized, and what was said of them.</summary>
    public (ContentHash Project, int Normalized, IReadOnlyList<Diagnostic> Remarks) Said()
    {
        using var head = JsonDocument.Parse(text.AsMemory(0, start));
        return (
            ContentHash.Parse(head.RootElement.GetProperty("project").GetString()!),
            head.RootElement.GetProperty("normalized").GetInt32(),
            [.. head.RootElement.GetProperty("remarks").EnumerateArray().Select(remark => new Diagnostic(
                remark.GetProperty("code").GetString()!,
                Severity.Warning,
                remark.GetProperty("message").GetString()!,
                remark.GetProperty("file").GetString(),
                remark.GetProperty("line").GetInt32(),
                remark.GetProperty("column").GetInt32()))]);
    }

    /// <summary>The pictures whose tag file is this one.</summary>
    public IReadOnlyList<ITaskItem> TaggedBy(string tagFile)
    {
        var wanted = Encoding.UTF8.GetBytes($"\"{PictureMetadata.TagFile}\":\"{JsonEncodedText.Encode(tagFile, Encoder)}\"");
        var found = new List<ITaskItem>();
        for (var at = start; text.AsSpan(at).IndexOf(wanted) is >= 0 and var next;)
        {
            var first = text.AsSpan(0, at + next).LastIndexOf((byte)'\n') + 1;
            var end = at + next + text.AsSpan(at + next).IndexOf((byte)'\n');
            found.Add(Read(text.AsMemory(first, end - first)));
            at = end;
        }

        return found;
    }

    private static ITaskItem Read(ReadOnlyMemory<byte> line)
    {
        using var json = JsonDocument.Parse(line);
        var item = PictureItem.Create(json.RootElement.GetProperty(PathName).GetString()!);
        foreach (var name in PictureMetadata.All)
            item.SetLiteral(name, json.RootElement.GetProperty(name).GetString()!);
        return item;
    }

    private static void WriteRemark(Utf8JsonWriter json, Diagnostic remark)
    {
        json.WriteStartObject();
        json.WriteString("code", remark.Code);
        json.WriteString("message", remark.Message);
        json.WriteString("file", remark.File);
        json.WriteNumber("line", remark.Line);
        json.WriteNumber("column", remark.Column);
        json.WriteEndObject();
    }

    private static void WriteLine(Stream stream, Action<Utf8JsonWriter> write)
    {
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = Encoder }))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
    }
}
