namespace LoraBuild.Settings.Sampling;

/// <summary>The ways to draw pictures out of noise, step by step.</summary>
public enum SamplerKind
{
    /// <summary>DDIM without added noise (Song et al., "Denoising Diffusion Implicit Models", ICLR 2021).</summary>
    Ddim,

    /// <summary>
    /// k-diffusion's <c>sample_euler</c> (Karras et al., "Elucidating the Design Space of Diffusion-Based Generative Models", 2022).
    /// </summary>
    Euler,

    /// <summary>k-diffusion's <c>sample_euler_ancestral</c>: after each step some noise is added anew.</summary>
    EulerAncestral,

    /// <summary>
    /// k-diffusion's <c>sample_dpmpp_2m</c> (Lu et al., "DPM-Solver++", 2022) at Karras' noise levels, stable-diffusion-webui's
    /// "DPM++ 2M Karras".
    /// </summary>
    DpmPlusPlus2M,
}

/// <summary>The names of samplers.</summary>
public static class SamplerNames
{
    /// <summary>sd-scripts' names, the usual one of each sampler first.</summary>
    public static IReadOnlyList<(string Text, SamplerKind Value)> All { get; } =
    [
        ("ddim", SamplerKind.Ddim),
        ("euler", SamplerKind.Euler),
        ("euler_a", SamplerKind.EulerAncestral),
        ("dpmsolver++", SamplerKind.DpmPlusPlus2M),
        ("k_euler", SamplerKind.Euler),
        ("k_euler_a", SamplerKind.EulerAncestral),
    ];

    /// <summary>stable-diffusion-webui's name.</summary>
    public static string Shown(SamplerKind kind) => kind switch
    {
        SamplerKind.Ddim => "DDIM",
        SamplerKind.Euler => "Euler",
        SamplerKind.EulerAncestral => "Euler a",
        _ => "DPM++ 2M Karras",
    };
}
