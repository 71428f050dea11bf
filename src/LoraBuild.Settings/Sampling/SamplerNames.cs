namespace LoraBuild.Settings.Sampling;

/// <summary>What samplers are called.</summary>
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
