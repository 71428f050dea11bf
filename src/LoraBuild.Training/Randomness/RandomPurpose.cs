namespace LoraBuild.Training.Randomness;

/// <summary>
/// The purpose that random numbers are drawn for: the first part of the stream's name, so that no two uses share numbers.
/// </summary>
internal enum RandomPurpose
{
    /// <summary>First weights of an adapter; then the layer's name and the tensor.</summary>
    AdapterWeights = 1,

    /// <summary>The order of an epoch's samples; then the epoch.</summary>
    Order,

    /// <summary>The place at which a picture is cropped; then step and sample.</summary>
    Crop,

    /// <summary>The decision to mirror a picture; then step and sample.</summary>
    Flip,

    /// <summary>All that is chosen of a caption; then step and sample.</summary>
    Caption,

    /// <summary>The timestep; then step and sample.</summary>
    Timestep,

    /// <summary>The noise to predict; then step and sample.</summary>
    Noise,

    /// <summary>The noise's offset per channel; then step and sample.</summary>
    NoiseOffset,

    /// <summary>The sample of the autoencoder's posterior; then step and sample.</summary>
    Posterior,

    /// <summary>The change of a picture's colours; then step and sample.</summary>
    Colour,

    /// <summary>The sample of the autoencoder's posterior where latents are cached; then picture and whether it is mirrored.</summary>
    CachedPosterior,

    /// <summary>The decision to leave an adapter out; then step and the layer's name.</summary>
    ModuleDropout,

    /// <summary>The ranks or output channels of an adapter that are dropped; then step, the layer's name and the sample.</summary>
    RankDropout,

    /// <summary>The values of an adapter that are dropped; then step, the layer's name and the sample.</summary>
    NetworkDropout,

    /// <summary>Coarser noise that is added; then step and sample.</summary>
    MultiresNoise,

    /// <summary>Noise that is not to be predicted; then step and sample.</summary>
    Perturbation,

    /// <summary>The pictures of a group that are measured instead of trained on; then the group.</summary>
    ValidationSplit,
}
