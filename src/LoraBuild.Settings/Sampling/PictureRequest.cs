namespace LoraBuild.Settings.Sampling;

/// <summary>A picture that is to be drawn. The defaults are those of sd-scripts' sample prompts.</summary>
public sealed record PictureRequest
{
    /// <summary>The most steps that a sampler takes.</summary>
    public const int MaxSteps = 999;

    /// <summary>Width and height are multiples of it.</summary>
    public const int SizeUnit = 8;

    /// <summary>
    /// The prompt, in stable-diffusion-webui's attention syntax: <c>(word:1.2)</c>, <c>[word]</c>, <c>\(</c>. Of more than 225 tokens the
    /// first 225 count.
    /// </summary>
    public required string Prompt { get; init; }

    /// <summary>The negative prompt, in the same syntax.</summary>
    public string NegativePrompt { get; init; } = "";

    /// <summary>The same seed and size give the same noise, whatever the batch and the device.</summary>
    public long Seed { get; init; }

    /// <summary>Width in pixels, a multiple of <see cref="SizeUnit"/>; 0, where a worker is asked: what fits the model.</summary>
    public int Width { get; init; } = 512;

    /// <summary>Height in pixels, a multiple of <see cref="SizeUnit"/>; 0, where a worker is asked: what fits the model.</summary>
    public int Height { get; init; } = 512;

    /// <summary>Steps of the sampler, 1 to <see cref="MaxSteps"/>.</summary>
    public int Steps { get; init; } = 30;

    /// <summary>The scale of classifier-free guidance; 1 leaves <see cref="NegativePrompt"/> without effect.</summary>
    public double Guidance { get; init; } = 7.5;

    /// <summary>The sampler.</summary>
    public SamplerKind Sampler { get; init; } = SamplerKind.Ddim;

    /// <summary>The UNet sees the text encoder's hidden states this many layers from the end; 1: of the last layer.</summary>
    public int ClipSkip { get; init; } = 1;
}
