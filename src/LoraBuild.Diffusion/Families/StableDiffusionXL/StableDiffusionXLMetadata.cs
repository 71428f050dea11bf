namespace LoraBuild.Diffusion.Families.StableDiffusionXL;

/// <summary>The entries of sd-scripts' and Stability AI's ModelSpec metadata that depend on the model.</summary>
internal static class StableDiffusionXLMetadata
{
    private const string Architecture = "stable-diffusion-xl-v1-base";
    private const string Implementation = "https://github.com/Stability-AI/generative-models";

    /// <summary>The entries of a LoRA. sd-scripts names no other version where the model predicts velocities.</summary>
    public static IReadOnlyDictionary<string, string> OfLora(bool isVelocity, bool hasZeroTerminalSnr)
    {
        var entries = new Dictionary<string, string>
        {
            ["ss_base_model_version"] = "sdxl_base_v1-0",
            ["ss_v2"] = "False",
            ["modelspec.architecture"] = Architecture + "/lora",
            ["modelspec.implementation"] = Implementation,
            ["modelspec.prediction_type"] = Prediction(isVelocity),
        };
        if (hasZeroTerminalSnr)
            entries["ss_zero_terminal_snr"] = "True";
        return entries;
    }

    /// <summary>The entries of a checkpoint.</summary>
    public static IReadOnlyDictionary<string, string> OfCheckpoint(bool isVelocity) => new Dictionary<string, string>
    {
        ["modelspec.architecture"] = Architecture,
        ["modelspec.implementation"] = Implementation,
        ["modelspec.resolution"] = "1024x1024",
        ["modelspec.prediction_type"] = Prediction(isVelocity),
    };

    private static string Prediction(bool isVelocity) => isVelocity ? "v" : "epsilon";
}
