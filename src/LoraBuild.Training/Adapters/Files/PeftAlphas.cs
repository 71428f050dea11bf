using System.Text.Json;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Diffusion.Safetensors;

namespace LoraBuild.Training.Adapters.Files;

/// <summary>
/// The alphas of a LoRA that diffusers wrote: not tensors, but PEFT's configuration of each model as JSON in the file's metadata, under
/// dotted names such as <c>unet.lora_alpha</c>.
/// </summary>
internal sealed class PeftAlphas
{
    private const string MetadataName = "lora_adapter_metadata";

    private readonly IReadOnlyDictionary<string, JsonElement> settings;

    private PeftAlphas(IReadOnlyDictionary<string, JsonElement> settings) => this.settings = settings;

    /// <summary>Those of a file; it need not have any.</summary>
    /// <exception cref="LoraBuildException">LB4005: they are not JSON.</exception>
    public static PeftAlphas In(SafetensorsFile file)
    {
        if (!file.Metadata.TryGetValue(MetadataName, out var text))
            return new(new Dictionary<string, JsonElement>());
        try
        {
            return new(JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(text) ?? []);
        }
        catch (Exception e) when (BadInput.IsCause(e))
        {
            throw new LoraBuildException(
                DiagnosticCode.LoraMismatch,
                $"The LoRA's metadata '{MetadataName}' is not valid JSON: {e.Message} Save the LoRA again with diffusers.",
                file.Path,
                innerException: e);
        }
    }

    /// <summary>The alpha of a layer, so that alpha over rank is its scale; without one, the rank.</summary>
    /// <param name="part">The name of the layer's part.</param>
    /// <param name="name">The layer.</param>
    /// <param name="rank">Its rank.</param>
    public double Of(string part, LoraTensorName name, long rank)
    {
        var alpha = Number(part, "lora_alpha") ?? rank;
        if (settings.TryGetValue($"{part}.alpha_pattern", out var patterns) && patterns.ValueKind == JsonValueKind.Object
            && name.Path is { } path)
        {
            foreach (var pattern in patterns.EnumerateObject())
            {
                if ((path == pattern.Name || path.EndsWith($".{pattern.Name}", StringComparison.Ordinal))
                    && pattern.Value.TryGetDouble(out var ofLayer))
                    alpha = ofLayer;
            }
        }

        var rootScaled = settings.TryGetValue($"{part}.use_rslora", out var flag) && flag.ValueKind == JsonValueKind.True;
        return rootScaled ? alpha * Math.Sqrt(rank) : alpha;
    }

    private double? Number(string part, string name) =>
        settings.TryGetValue($"{part}.{name}", out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;
}
