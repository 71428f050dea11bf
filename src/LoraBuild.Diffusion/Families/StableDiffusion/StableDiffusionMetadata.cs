namespace LoraBuild.Diffusion.Families.StableDiffusion;

/// <summary>The entries of sd-scripts' and Stability AI's ModelSpec metadata that depend on the model.</summary>
public static class StableDiffusionMetadata
{
    /// <summary>The entries of a LoRA.</summary>
    public static IReadOnlyDictionary<string, string> OfLora(bool isVersion2, bool isVelocity) => new Dictionary<string, string>
    {
        ["ss_base_model_version"] = (isVersion2 ? "sd_v2" : "sd_v1") + (isVelocity ? "_v" : ""),
        ["ss_v2"] = isVersion2 ? "True" : "False",
        ["modelspec.architecture"] = Architecture(isVersion2, isVelocity) + "/lora",
        ["modelspec.implementation"] = "diffusers",
        ["modelspec.prediction_type"] = Prediction(isVelocity),
    };

    /// <summary>The entries of a checkpoint.</summary>
    public static IReadOnlyDictionary<string, string> OfCheckpoint(bool isVersion2, bool isVelocity) => new Dictionary<string, string>
    {
        ["modelspec.architecture"] = Architecture(isVersion2, isVelocity),
        ["modelspec.implementation"] = "https://github.com/Stability-AI/generative-models",
        ["modelspec.resolution"] = isVersion2 && isVelocity ? "768x768" : "512x512",
        ["modelspec.prediction_type"] = Prediction(isVelocity),
    };

    private static string Architecture(bool isVersion2, bool isVelocity) =>
        !isVersion2 ? "stable-diffusion-v1" : isVelocity ? "stable-diffusion-v2-768-v" : "stable-diffusion-v2-512";

    private static string Prediction(bool isVelocity) => isVelocity ? "v" : "epsilon";
}
