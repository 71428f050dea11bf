using LoraBuild.Diffusion.Layers;
using LoraBuild.Training.Parameters;

namespace LoraBuild.Training.Tests;

/// <summary>The groups of a model with one text encoder, as Stable Diffusion has.</summary>
internal static class TestGroups
{
    public static ParameterGroup TextEncoder { get; } = new(0, "text_encoder", PartKind.TextEncoder);

    public static ParameterGroup Denoiser { get; } = new(1, "unet", PartKind.Denoiser);
}
