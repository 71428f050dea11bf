using System.Text.Json;
using LoraBuild.Core.Diagnostics;
using LoraBuild.Diffusion.Safetensors;

namespace LoraBuild.Diffusion.Loading;

/// <summary>
/// What tensors' shapes do not tell. It is looked for in a <c>config.json</c> beside the checkpoint that has an object <c>unet</c>, then
/// in the checkpoint's <c>__metadata__</c> under dotted names such as <c>unet.num_heads</c>; else it is as in Stable Diffusion 1.x.
/// </summary>
/// <param name="UNetHeads"><c>unet.num_heads</c>: 8.</param>
/// <param name="UNetNormGroups"><c>unet.norm_num_groups</c>: 32.</param>
/// <param name="VaeNormGroups"><c>vae.norm_num_groups</c>: 32.</param>
/// <param name="TextHeads"><c>clip.num_attention_heads</c>: null, for heads of 64 values.</param>
internal sealed record ModelSettings(long UNetHeads = 8, long UNetNormGroups = 32, long VaeNormGroups = 32, long? TextHeads = null)
{
    /// <summary>The settings of a checkpoint.</summary>
    /// <exception cref="LoraBuildException">LB4003: config.json is not JSON, or a value is not a whole number from 1 up.</exception>
    public static ModelSettings Of(SafetensorsFile file)
    {
        var defaults = new ModelSettings();
        var path = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file.Path))!, "config.json");
        using var config = ReadConfig(path);
        return new ModelSettings(
            Number("unet", "num_heads") ?? defaults.UNetHeads,
            Number("unet", "norm_num_groups") ?? defaults.UNetNormGroups,
            Number("vae", "norm_num_groups") ?? defaults.VaeNormGroups,
            Number("clip", "num_attention_heads"));

        long? Number(string part, string key)
        {
            if (config is not null && config.RootElement.TryGetProperty(part, out var section)
                && section.ValueKind == JsonValueKind.Object && section.TryGetProperty(key, out var value))
                return Positive(value.GetRawText(), part, key, path);
            return file.Metadata.TryGetValue($"{part}.{key}", out var text) ? Positive(text, part, key, file.Path) : null;
        }
    }

    private static long Positive(string text, string part, string key, string path) =>
        long.TryParse(text, out var number) && number > 0 ? number : throw new LoraBuildException(
            DiagnosticCode.CheckpointMismatch, $"{part}.{key} is '{text}'; it must be a whole number from 1 up.", path);

    private static JsonDocument? ReadConfig(string path)
    {
        if (!File.Exists(path))
            return null;
        try
        {
            var document = JsonDocument.Parse(File.ReadAllBytes(path));
            // A config.json of another kind (a diffusers folder's, say) says nothing about this file.
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("unet", out _) ? document : null;
        }
        catch (JsonException e)
        {
            throw new LoraBuildException(
                DiagnosticCode.CheckpointMismatch, $"The checkpoint's config.json is not valid JSON: {e.Message}", path,
                (int)(e.LineNumber ?? -1) + 1, (int)(e.BytePositionInLine ?? -1) + 1, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LoraBuildException(DiagnosticCode.CannotRead, $"The checkpoint's config.json cannot be read: {e.Message}", path, innerException: e);
        }
    }
}
