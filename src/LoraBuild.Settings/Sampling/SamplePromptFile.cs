using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Yaml;

namespace LoraBuild.Settings.Sampling;

/// <summary>
/// Reads prompts of samples or regularisation images: a text file in sd-scripts' syntax, a prompt a line with <c>--n</c>, <c>--w</c>, <c>--h</c>, <c>--d</c>,
/// <c>--s</c>, <c>--l</c> and <c>--ss</c>, lines that begin with <c>#</c> left out; or, named <c>.yaml</c>, <c>.yml</c> or <c>.json</c>, a
/// list of such lines or of mappings with sd-scripts' keys.
/// </summary>
public static class SamplePromptFile
{
    private const string PromptKey = "prompt";

    private static readonly string[] YamlEndings = [".yaml", ".yml", ".json"];

    /// <summary>The pictures to draw, in the file's order.</summary>
    /// <param name="path">The file.</param>
    /// <param name="property">The property that names it, for messages.</param>
    /// <param name="defaults">What prompts have that do not say otherwise.</param>
    /// <param name="problems">LB1016, LB1001, LB1002: all that is wrong, with its line.</param>
    public static IReadOnlyList<PictureRequest> Read(string path, string property, PictureRequest defaults, out IReadOnlyList<Diagnostic> problems)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems = [new(DiagnosticCode.SamplePromptsInvalid, Severity.Error, $"The prompts cannot be read: {e.Message} Correct {property}.", path)];
            return [];
        }

        var (requests, found) = YamlEndings.Contains(Path.GetExtension(path).ToLowerInvariant())
            ? ReadYaml(text, path, defaults)
            : ReadLines(text, path, defaults);
        if (requests.Count == 0 && found.Count == 0)
            found = [new(DiagnosticCode.SamplePromptsInvalid, Severity.Error, $"The file of prompts has no prompt. Write one a line, or remove {property}.", path)];
        problems = found;
        return requests;
    }

    private static (List<PictureRequest> Requests, List<Diagnostic> Problems) ReadLines(string text, string path, PictureRequest defaults)
    {
        var (requests, problems) = (new List<PictureRequest>(), new List<Diagnostic>());
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            if (line.StartsWith('#') || string.IsNullOrWhiteSpace(line))
                continue;
            requests.Add(ReadLine(line.Trim(), defaults, (message, column) => problems.Add(new(
                DiagnosticCode.SamplePromptsInvalid, Severity.Error, message, path, number, column + line.Length - line.TrimStart().Length))));
        }

        return (requests, problems);
    }

    private static PictureRequest ReadLine(string line, PictureRequest defaults, Action<string, int> report)
    {
        const string Mark = " --";
        var parts = line.Split(Mark);
        var request = defaults with { Prompt = parts[0].Trim() };
        // Of the option's first dash, after the space.
        var column = parts[0].Length + 2;
        foreach (var part in parts.Skip(1))
        {
            var words = part.Split(' ', 2, StringSplitOptions.TrimEntries);
            if (PromptField.All.FirstOrDefault(field => field.Letter.Equals(words[0], StringComparison.OrdinalIgnoreCase)) is not { } field)
                report($"There is no option '--{words[0]}' of a sample prompt; there are {string.Join(", ", PromptField.All.Select(known => $"--{known.Letter}"))}.", column);
            else if (field.Apply(request, words.ElementAtOrDefault(1) ?? "") is { } applied)
                request = applied;
            else
                report($"--{field.Letter} is '{words.ElementAtOrDefault(1)}'; it must be {field.Allowed}.", column);
            column += part.Length + Mark.Length;
        }

        return request;
    }

    private static (List<PictureRequest> Requests, List<Diagnostic> Problems) ReadYaml(string text, string path, PictureRequest defaults)
    {
        YamlNode? root;
        try
        {
            root = YamlReader.Read(text, path);
        }
        catch (LoraBuildException e)
        {
            return ([], [e.Diagnostic]);
        }

        var values = new YamlValues(path);
        var requests = new List<PictureRequest>();
        foreach (var item in root is null ? [] : values.Items(root, "The file of sample prompts", "- 1girl, smile"))
        {
            if (item is YamlScalar { IsNull: false } line)
                requests.Add(ReadLine(line.Text.Trim(), defaults, (message, _) => values.Error(DiagnosticCode.SamplePromptsInvalid, item, message)));
            else
                requests.Add(ReadMapping(item, defaults, values));
        }

        return (requests, [.. values.Diagnostics]);
    }

    private static PictureRequest ReadMapping(YamlNode node, PictureRequest defaults, YamlValues values)
    {
        var request = defaults with { Prompt = "" };
        foreach (var (name, value) in values.Fields(node, "A sample prompt", [PromptKey, .. PromptField.All.Select(field => field.Name)]))
        {
            var text = value is YamlScalar { IsNull: false } scalar ? scalar.Text : null;
            var field = PromptField.All.FirstOrDefault(field => field.Name == name);
            if (text is not null && (field is null ? request with { Prompt = text } : field.Apply(request, text)) is { } applied)
                request = applied;
            else
                values.Error(DiagnosticCode.SamplePromptsInvalid, value, $"{name} is '{text}'; it must be {field?.Allowed ?? "a text"}.");
        }

        return request;
    }
}
