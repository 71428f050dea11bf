using System.Text.Json;
using System.Text.RegularExpressions;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;
using LoraBuild.Diffusion.Safetensors;

namespace LoraBuild.Training.Adapters.Files;

/// <summary>
/// The scales of a LoRA that PEFT trained. They are no tensors, but PEFT's configuration: <c>adapter_config.json</c> beside a file that
/// PEFT saved, or, in one that diffusers saved, the same of each model in the metadata, under dotted names such as
/// <c>unet.lora_alpha</c>.
/// </summary>
internal sealed class PeftSettings
{
    /// <summary>The name of the weights in a folder that PEFT saved.</summary>
    public const string WeightsName = "adapter_model.safetensors";

    private const string ConfigName = "adapter_config.json", MetadataName = "lora_adapter_metadata", SavedByPeft = "base_model.model.";

    // First weights that are taken out of the frozen ones, which the checkpoint still has.
    private static readonly string[] MovedBeginnings = ["pissa", "olora", "corda", "loftq"];

    private readonly IReadOnlyDictionary<string, JsonElement> settings;
    private readonly string place;
    private readonly bool isOfAllParts;

    private PeftSettings(IReadOnlyDictionary<string, JsonElement> settings, string place, bool isOfAllParts) =>
        (this.settings, this.place, this.isOfAllParts) = (settings, place, isOfAllParts);

    /// <summary>Those of a file; one that others wrote has none.</summary>
    /// <exception cref="LoraBuildException">LB4005: they are missing, no JSON, or of an adapter that cannot be read.</exception>
    public static PeftSettings Of(SafetensorsFile file)
    {
        if (file.Metadata.TryGetValue(MetadataName, out var text))
            return new(Parse(text, $"the metadata '{MetadataName}'", file.Path), file.Path, isOfAllParts: false);
        if (!file.Tensors.Keys.Any(key => key.StartsWith(SavedByPeft, StringComparison.Ordinal)))
            return new(new Dictionary<string, JsonElement>(), file.Path, isOfAllParts: false);
        var config = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file.Path))!, ConfigName);
        if (!File.Exists(config))
            throw Misfit(
                $"PEFT saved it, but its '{ConfigName}', which says by how much the weights count, is not beside it. Keep both together",
                file.Path);
        try
        {
            var found = new PeftSettings(Parse(WholeFile.ReadText(config), $"'{ConfigName}'", config), config, isOfAllParts: true);
            found.RefuseOthers();
            return found;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LoraBuildException(DiagnosticCode.CannotRead, $"The file cannot be read: {e.Message}", config, innerException: e);
        }
    }

    /// <summary>The factor of a layer's change.</summary>
    /// <param name="part">The name of the layer's part.</param>
    /// <param name="name">The layer.</param>
    /// <param name="rank">The rank by its tensors, or null where they do not show it.</param>
    public double ScaleOf(string part, LoraTensorName name, long? rank)
    {
        var divisor = rank ?? Number(part, name, "rank_pattern", "r") ?? 1;
        var alpha = Number(part, name, "alpha_pattern", "lora_alpha") ?? Number(part, name, "alpha_pattern", "alpha") ?? divisor;
        var rootScaled = Find(part, "use_rslora") is { ValueKind: JsonValueKind.True };
        var scale = alpha / (rootScaled ? Math.Sqrt(divisor) : divisor);
        return double.IsFinite(scale) ? scale : throw Misfit($"the alpha or rank of layer {name.Path} is no number above 0", place);
    }

    private void RefuseOthers()
    {
        if (Text("peft_type") is { } type && type is not ("LORA" or "LOHA" or "LOKR"))
            throw Misfit($"its peft_type is {type}; LORA, LOHA and LOKR can be read", place);
        foreach (var name in (string[])["init_lora_weights", "init_weights"])
        {
            if (Text(name) is { } first && MovedBeginnings.Any(word => first.StartsWith(word, StringComparison.OrdinalIgnoreCase)))
                throw Misfit(
                    $"it was trained with {name} '{first}' on other frozen weights. Convert it with PEFT's "
                    + "path_initial_model_for_weight_conversion", place);
        }

        if (Find("", "use_khatri_rao") is { ValueKind: JsonValueKind.True } || Text("init_weights") == "abba")
            throw Misfit("it is an ABBA adapter, whose scale is another. Train it with use_khatri_rao false", place);
    }

    // As PEFT finds it: the first pattern that matches the end of the layer's path, whole names at a time.
    private double? Number(string part, LoraTensorName name, string patterns, string usual)
    {
        if (Find(part, patterns) is { ValueKind: JsonValueKind.Object } own && name.Path is { } path)
        {
            foreach (var pattern in own.EnumerateObject())
            {
                if (Matches(pattern.Name, path))
                    return Value(pattern.Value, patterns);
            }
        }

        return Find(part, usual) is { ValueKind: not JsonValueKind.Null } value ? Value(value, usual) : null;
    }

    private bool Matches(string pattern, string path)
    {
        try
        {
            return Regex.IsMatch(path, $@"\A(.*\.)?({pattern})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw Misfit($"the pattern '{pattern}' of its configuration cannot be read", place);
        }
    }

    private double Value(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out var number) && double.IsFinite(number)
            ? number
            : throw Misfit($"{name} of its configuration is no number", place);

    private string? Text(string name) => Find("", name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    private JsonElement? Find(string part, string name) =>
        settings.TryGetValue(isOfAllParts ? name : $"{part}.{name}", out var value) ? value : null;

    private static Dictionary<string, JsonElement> Parse(string text, string what, string path)
    {
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(text) ?? [];
        }
        catch (Exception e) when (BadInput.IsCause(e))
        {
            throw Misfit($"{what} is not valid JSON: {e.Message} Save the LoRA again", path, e);
        }
    }

    private static LoraBuildException Misfit(string reason, string path, Exception? cause = null) =>
        new(DiagnosticCode.LoraMismatch, $"The LoRA cannot be read: {reason}.", path, innerException: cause);
}
