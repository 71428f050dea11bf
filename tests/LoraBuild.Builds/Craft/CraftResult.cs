using System.Text.Json;

namespace LoraBuild.Builds.Craft;

/// <summary>What Evaluate says of one training; null where it does not say.</summary>
/// <param name="Identity">Recall of her features for the trigger word alone.</param>
/// <param name="Obedience">As a share of the base model's own.</param>
/// <param name="Outfits">Recall of her outfits' garments.</param>
/// <param name="Leakage">Above the base model's.</param>
internal sealed record CraftResult(double? Identity, double? Obedience, double? Outfits, double? Leakage)
{
    /// <summary>The figures of a project's last evaluation.</summary>
    public static CraftResult Read(string folder)
    {
        using var report = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "bin", "evaluation", "evaluation.json")));
        var character = report.RootElement.GetProperty("characters")[0];
        return new(Figure("identity", "lora"), Figure("obedienceOfBase"), Figure("outfits", "lora"), Figure("leakageAboveBase"));

        double? Figure(string name, string? part = null)
        {
            var figure = character.GetProperty(name);
            if (part is not null && figure.ValueKind != JsonValueKind.Null)
                figure = figure.GetProperty(part);
            return figure.ValueKind == JsonValueKind.Null ? null : figure.GetProperty("value").GetDouble();
        }
    }
}
