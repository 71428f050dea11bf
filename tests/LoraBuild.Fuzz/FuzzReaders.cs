using System.Text;

namespace LoraBuild.Fuzz;

/// <summary>Every reader of files that authors, models, caches or neighbours give.</summary>
internal static class FuzzReaders
{
    /// <summary>Texts as UTF-8.</summary>
    public static IReadOnlyList<byte[]> Utf8(params ReadOnlySpan<string> texts)
    {
        var bytes = new List<byte[]>();
        foreach (var text in texts)
            bytes.Add(Encoding.UTF8.GetBytes(text));
        return bytes;
    }

    /// <summary>Parts that JSON is made of.</summary>
    public static IReadOnlyList<byte[]> JsonTokens { get; } = [.. Utf8(
        "{", "}", "[", "]", ":", ",", "\"", "null", "true", "1e400", "-0", "\"\\ud800\"", "\"\\u0000\"", "{\"a\":", "[[[[", "\\", "\"\":1,",
        "12345678901234567890"),
        [0xFF, 0xFE], [0xED, 0xA0, 0x80], [0]];

    /// <summary>All of them; after the tokens, which they are made of.</summary>
    public static IReadOnlyList<FuzzReader> All { get; } =
        [.. TextReaders.All, .. StateReaders.All, .. ModelReaders.All, .. OnnxReaders.All, .. PictureReaders.All];

    /// <summary>A file beside the tests.</summary>
    public static byte[] Data(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Data", name));
}
