using System.Globalization;
using System.Text;

namespace LoraBuild.Tests;

/// <summary>A request as it came.</summary>
internal sealed record LoopbackRequest(string Path, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>The offset that the Range header asks for; 0 where there is none.</summary>
    public int Start =>
        Headers.TryGetValue("Range", out var range) ? int.Parse(range["bytes=".Length..^1], CultureInfo.InvariantCulture) : 0;

    public static LoopbackRequest Read(Stream stream)
    {
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var path = (reader.ReadLine() ?? throw new IOException("The client hung up.")).Split(' ')[1];
        while (reader.ReadLine() is { Length: > 0 } line)
            headers[line[..line.IndexOf(':')]] = line[(line.IndexOf(':') + 1)..].Trim();
        return new LoopbackRequest(path, headers);
    }
}
