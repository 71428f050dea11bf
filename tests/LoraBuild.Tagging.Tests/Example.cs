using System.Text.Json;

namespace LoraBuild.Tagging.Tests;

/// <summary>The example project's tagger and pictures.</summary>
internal static class Example
{
    public static string Model => Of("tagger/model.onnx");

    public static string Labels => Of("tagger/selected_tags.csv");

    /// <summary>The pictures' paths and, in the tagger's spelling, what was drawn.</summary>
    public static (string Path, string[] Tags)[] Pictures { get; } =
    [
        .. JsonSerializer.Deserialize<Dictionary<string, string[]>>(
            File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Data", "truth.json")))!
            .Select(picture => (Of(picture.Key), picture.Value)),
    ];

    private static string Of(string name) => Path.Combine(AppContext.BaseDirectory, "Example", name);
}
