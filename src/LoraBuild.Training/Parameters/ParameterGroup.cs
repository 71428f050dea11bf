using LoraBuild.Diffusion.Layers;
using LoraBuild.Settings;

namespace LoraBuild.Training.Parameters;

/// <summary>Weights that follow one learning rate: the adapters of a part of the model.</summary>
/// <param name="Index">The place among the model's parts. Groups lie in the buffers in this order, which is also LyCORIS' order.</param>
/// <param name="Name">The part's name, such as <c>text_encoder</c>.</param>
/// <param name="Kind">The part's task, which decides the option that gives the rate.</param>
public sealed record ParameterGroup(int Index, string Name, PartKind Kind) : IComparable<ParameterGroup>
{
    /// <summary>
    /// Adapters that the loss does not depend on: those of a text encoder's last layers under <c>clip_skip</c>. They are saved, and get
    /// neither an update nor weight decay.
    /// </summary>
    public static ParameterGroup Untrained { get; } = new(int.MaxValue, "untrained", PartKind.TextEncoder);

    /// <summary>The groups of a training, one for each part that it trains.</summary>
    public static IReadOnlyList<ParameterGroup> Of(IReadOnlyList<IModelPart> parts, TrainingSettings settings) =>
    [
        .. parts.Select((part, index) => new ParameterGroup(index, part.Name, part.Kind))
            .Where(group => group.Kind == PartKind.Denoiser || !settings.NetworkTrainUnetOnly),
    ];

    /// <summary>
    /// The highest learning rate of the group's weights: its part of <c>text_encoder_lr</c>, or <c>unet_lr</c> and without it
    /// <c>learning_rate</c>.
    /// </summary>
    public double LearningRate(TrainingSettings settings) =>
        Kind == PartKind.TextEncoder ? settings.TextEncoderLr.Of(Index) : settings.UnetLr ?? settings.LearningRate;

    /// <inheritdoc/>
    public int CompareTo(ParameterGroup? other) => Index.CompareTo(other?.Index ?? -1);
}
