namespace LoraBuild.Settings.Sampling;

/// <summary>How pictures are drawn out of noise, step by step.</summary>
public enum SamplerKind
{
    /// <summary>DDIM without added noise (Song et al., "Denoising Diffusion Implicit Models", ICLR 2021).</summary>
    Ddim,

    /// <summary>k-diffusion's <c>sample_euler</c> (Karras et al., "Elucidating the Design Space of Diffusion-Based Generative Models", 2022).</summary>
    Euler,

    /// <summary>k-diffusion's <c>sample_euler_ancestral</c>: after each step some noise is added anew.</summary>
    EulerAncestral,

    /// <summary>
    /// k-diffusion's <c>sample_dpmpp_2m</c> (Lu et al., "DPM-Solver++", 2022) at Karras' noise levels, stable-diffusion-webui's
    /// "DPM++ 2M Karras".
    /// </summary>
    DpmPlusPlus2M,
}
