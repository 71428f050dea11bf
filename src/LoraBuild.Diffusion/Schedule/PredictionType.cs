namespace LoraBuild.Diffusion.Schedule;

/// <summary>What a model's output stands for; diffusers' <c>prediction_type</c>.</summary>
public enum PredictionType
{
    /// <summary>The noise (<c>epsilon</c>): Stable Diffusion 1.x and 2.x-base.</summary>
    Epsilon,

    /// <summary>
    /// The velocity (<c>v_prediction</c>; Salimans and Ho, "Progressive Distillation for Fast Sampling of Diffusion Models", ICLR 2022):
    /// Stable Diffusion 2.x at 768 pixels.
    /// </summary>
    Velocity,
}
