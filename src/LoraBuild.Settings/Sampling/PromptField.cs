using System.Globalization;

namespace LoraBuild.Settings.Sampling;

/// <summary>Something that a sample prompt may say: as <c>--letter value</c> in a line, as a key in YAML.</summary>
/// <param name="Letter">sd-scripts' option, such as <c>w</c>.</param>
/// <param name="Name">sd-scripts' key, such as <c>width</c>.</param>
/// <param name="Allowed">What values it takes, as the end of the sentence "it must be ...".</param>
/// <param name="Apply">The request with the value read from text, or null where the text is none.</param>
internal sealed record PromptField(string Letter, string Name, string Allowed, Func<PictureRequest, string, PictureRequest?> Apply)
{
    private const int LeastSide = 64, GreatestSide = 8192;
    private const double GreatestScale = 100;

    /// <summary>Every field but the prompt itself.</summary>
    public static IReadOnlyList<PromptField> All { get; } =
    [
        new("n", "negative_prompt", "a text", (request, text) => request with { NegativePrompt = text }),
        new("w", "width", Whole(1, GreatestSide), (request, text) => Side(text) is { } side ? request with { Width = side } : null),
        new("h", "height", Whole(1, GreatestSide), (request, text) => Side(text) is { } side ? request with { Height = side } : null),
        new("d", "seed", "a whole number from 0", (request, text) => Integer(text, long.MaxValue) is { } seed ? request with { Seed = seed } : null),
        new("s", "sample_steps", Whole(1, PictureRequest.MaxSteps), (request, text) =>
            Integer(text, PictureRequest.MaxSteps) is { } steps and > 0 ? request with { Steps = (int)steps } : null),
        new("l", "scale", $"a number from 0 to {GreatestScale}", (request, text) =>
            double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var scale) && scale <= GreatestScale
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
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value <= most ? value : null;
}
