namespace LoraBuild.Pages.Evaluation;

/// <summary>The conditions under which an evaluation's pictures were drawn and read.</summary>
/// <param name="Samples">Prompts of each family.</param>
/// <param name="Sampler">The sampler.</param>
/// <param name="Steps">Its steps.</param>
/// <param name="Guidance">The scale of classifier-free guidance.</param>
/// <param name="NegativePrompt">The negative prompt.</param>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
/// <param name="Seed">The first seed.</param>
/// <param name="Threshold">The tagger's threshold for general tags.</param>
public sealed record EvaluationConditions(
    int Samples, string Sampler, int Steps, double Guidance, string NegativePrompt, int Width, int Height, long Seed, float Threshold);
