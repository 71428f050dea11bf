using System.Text.RegularExpressions;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;
using LoraBuild.Base.Yaml;

namespace LoraBuild.Settings.Sampling;

/// <summary>
/// Reads prompts of samples or regularisation images from a file. It is a text in sd-scripts' syntax: a prompt a line with <c>--n</c>,
/// <c>--w</c>, <c>--h</c>, <c>--d</c>, <c>--s</c>, <c>--l</c> and <c>--ss</c>; lines that begin with <c>#</c> are left out. Or, named
/// <c>.yaml</c>, <c>.yml</c> or <c>.json</c>, it is a list of such lines or of mappings with sd-scripts' keys.
/// </summary>
public static partial class SamplePromptFile
{
    private const string PromptKey = "prompt";

    private static readonly string[] YamlEndings = [".yaml", ".yml", ".json"];

    /// <summary>The pictures to draw, in the file's order.</summary>
    /// <param name="path">The file.</param>
    /// <param name="property">The property that names it, for messages.</param>
    /// <param name="defaults">The values of prompts that do not say otherwise.</param>
    /// <param name="problems">
    /// LB1016, LB1001, LB1002: all that is wrong, with its line. LB5008, warnings: what a prompt says and what has no effect.
    /// </param>
    public static IReadOnlyList<PictureRequest> Read(
        string path, string property, PictureRequest defaults, out IReadOnlyList<Diagnostic> problems)
    {
        string text;
        try
        {
            text = Utf8Text.Read(path, DiagnosticCode.SamplePromptsInvalid);
        }
        catch (LoraBuildException e)
        {
            problems = [e.Diagnostic.Line > 0 ? e.Diagnostic : Problem($"{e.Diagnostic.Message} Correct {property}.", path)];
            return [];
        }

        var (requests, found) = YamlEndings.Contains(Path.GetExtension(path).ToLowerInvariant())
            ? ReadYaml(text, path, defaults)
            : ReadLines(text, path, defaults);
        if (requests.Count == 0 && found.Count == 0)
            found = [Problem($"The file of prompts has no prompt. Write one a line, or remove {property}.", path)];
        problems = found;
        return requests;
    }

    /// <summary>The first line of a file that has a prompt's text, from 1; 0 where none has it as it is.</summary>
    /// <param name="prompt">The text.</param>
    /// <param name="path">The file.</param>
    public static int LineOf(string prompt, string path) =>
        Utf8Text.Read(path, DiagnosticCode.SamplePromptsInvalid).Split('\n').ToList()
            .FindIndex(line => line.Contains(prompt, StringComparison.Ordinal)) + 1;

    private static Diagnostic Problem(string message, string path) => Told(Severity.Error, message, path, 0, 0);

    private static Diagnostic Told(Severity severity, string message, string path, int line, int column) => new(
        severity == Severity.Error ? DiagnosticCode.SamplePromptsInvalid : DiagnosticCode.SettingWithoutEffect, severity, message, path,
        line, column);

    private static (List<PictureRequest> Requests, List<Diagnostic> Problems) ReadLines(string text, string path, PictureRequest defaults)
    {
        var (requests, problems) = (new List<PictureRequest>(), new List<Diagnostic>());
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            if (line.StartsWith('#') || string.IsNullOrWhiteSpace(line))
                continue;
            var indentation = line.Length - line.TrimStart().Length;
            requests.Add(ReadLine(line.Trim(), defaults, (severity, message, column) =>
                problems.Add(Told(severity, message, path, number, column + indentation))));
        }

        return (requests, problems);
    }

    private static PictureRequest ReadLine(string line, PictureRequest defaults, Action<Severity, string, int> report)
    {
        const string Mark = " --";
        var parts = line.Split(Mark);
        var request = defaults with { Prompt = parts[0].Trim() };
        var said = new HashSet<PromptField>();
        if (OptionWithoutSpace().Match(parts[0]) is { Success: true } glued)
        {
            report(
                Severity.Error,
                $"'{glued.Value}' is a part of the prompt here. Write '--{glued.Groups[1].Value}', with a prompt and a space before it.",
                glued.Index + 1);
        }

        // Of the option's first dash, after the space.
        var column = parts[0].Length + 2;
        foreach (var part in parts.Skip(1))
        {
            var words = part.Split(' ', 2, StringSplitOptions.TrimEntries);
            if (PromptField.All.FirstOrDefault(field => field.Letter.Equals(words[0], StringComparison.OrdinalIgnoreCase)) is not { } field)
                report(
                    Severity.Error, $"There is no option '--{words[0]}' of a sample prompt; there are {string.Join(", ", Letters())}.",
                    column);
            else if (!said.Add(field))
                report(Severity.Error, $"--{field.Letter} stands twice in this prompt. Keep one of them.", column);
            else if (field.Apply(request, words.ElementAtOrDefault(1) ?? "") is { } applied)
                request = applied;
            else
                report(Severity.Error, $"--{field.Letter} is '{words.ElementAtOrDefault(1)}'; it must be {field.Allowed}.", column);
            column += part.Length + Mark.Length;
        }

        if (WithoutEffect(request) is { } lost)
            report(Severity.Warning, lost, 1);
        return request;
    }

    // Guidance of 1 and less draws by the prompt alone.
    private static string? WithoutEffect(PictureRequest request) => request is { Guidance: <= 1, NegativePrompt.Length: > 0 }
        ? FormattableString.Invariant(
            $"The negative prompt has no effect with a scale of {request.Guidance}. Raise the scale above 1, or take it away.")
        : null;

    // As mail programs and tablets write two hyphens, or without the space before.
    [GeneratedRegex(@"(?:--|[\u2013\u2014])(ss|[nwhdsl])(?= )", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex OptionWithoutSpace();

    private static IEnumerable<string> Letters() => PromptField.All.Select(field => $"--{field.Letter}");

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
        var warnings = new List<Diagnostic>();
        foreach (var item in root is null ? [] : values.Items(root, "The file of sample prompts", "- 1girl, smile"))
        {
            if (item is YamlScalar { IsNull: false } line)
            {
                requests.Add(ReadLine(line.Text.Trim(), defaults, (severity, message, _) => Tell(severity, message, item)));
            }
            else
            {
                var request = ReadMapping(item, defaults, values);
                requests.Add(request);
                if (WithoutEffect(request) is { } lost)
                    Tell(Severity.Warning, lost, item);
            }
        }

        return (requests, [.. values.Diagnostics, .. warnings]);

        void Tell(Severity severity, string message, YamlNode place)
        {
            if (severity == Severity.Error)
                values.Error(DiagnosticCode.SamplePromptsInvalid, place, message);
            else
                warnings.Add(Told(severity, message, path, place.Line, place.Column));
        }
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

/// <summary>Something that a sample prompt may say: as <c>--letter value</c> in a line, as a key in YAML.</summary>
/// <param name="Letter">sd-scripts' option, such as <c>w</c>.</param>
/// <param name="Name">sd-scripts' key, such as <c>width</c>.</param>
/// <param name="Allowed">The allowed values, as the end of the sentence "it must be ...".</param>
/// <param name="Apply">The request with the value read from text, or null where the text is none.</param>
internal sealed record PromptField(string Letter, string Name, string Allowed, Func<PictureRequest, string, PictureRequest?> Apply)
{
    private const int LeastSide = 64, GreatestSide = 8192;
    private const double GreatestScale = 100;

    // Pictures that are drawn of one prompt again have the seeds after it.
    private const long GreatestSeed = long.MaxValue / 2;

    /// <summary>Every field but the prompt itself.</summary>
    public static IReadOnlyList<PromptField> All { get; } =
    [
        new("n", "negative_prompt", "a text", (request, text) => request with { NegativePrompt = text }),
        new("w", "width", Whole(1, GreatestSide), (request, text) => Side(text) is { } side ? request with { Width = side } : null),
        new("h", "height", Whole(1, GreatestSide), (request, text) => Side(text) is { } side ? request with { Height = side } : null),
        new("d", "seed", $"a whole number from 0 to {GreatestSeed}", (request, text) =>
            Integer(text, GreatestSeed) is { } seed ? request with { Seed = seed } : null),
        new("s", "sample_steps", Whole(1, PictureRequest.MaxSteps), (request, text) =>
            Integer(text, PictureRequest.MaxSteps) is { } steps and > 0 ? request with { Steps = (int)steps } : null),
        new("l", "scale", $"a number from 0 to {GreatestScale}", (request, text) =>
            YamlNumber.TryParse(text, out var scale) && scale is >= 0 and <= GreatestScale
                ? request with { Guidance = scale }
                : null),
        new("ss", "sample_sampler", string.Join(", ", SamplerNames.All.Select(name => name.Text)), (request, text) =>
            SamplerNames.All.Where(name => name.Text.Equals(text, StringComparison.OrdinalIgnoreCase))
                .Select(name => request with { Sampler = name.Value })
                .FirstOrDefault()),
    ];

    private static string Whole(int least, int most) => $"a whole number from {least} to {most}";

    // Sides are rounded down as sd-scripts rounds them.
    private static int? Side(string text) => Integer(text, GreatestSide) is { } side and > 0
        ? Math.Max(LeastSide, (int)side / PictureRequest.SizeUnit * PictureRequest.SizeUnit)
        : null;

    private static long? Integer(string text, long most) =>
        YamlNumber.TryParseWhole(text, out var value) && value >= 0 && value <= most ? value : null;
}
