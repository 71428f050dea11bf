using LoraBuild.Diffusion.Memory;

namespace LoraBuild.Diffusion.Layers;

/// <summary>The task of a model's part; it decides which option gives the part's learning rate.</summary>
public enum PartKind
{
    /// <summary>Reads captions: <c>text_encoder_lr</c>. A model may have several.</summary>
    TextEncoder,

    /// <summary>Predicts the noise: <c>unet_lr</c>. A model has one.</summary>
    Denoiser,
}

/// <summary>A part of a model that can be trained: its layers take adapters and follow one learning rate.</summary>
public interface IModelPart
{
    /// <summary>The name of the part's folder where diffusers saves the model, such as <c>text_encoder</c> or <c>unet</c>.</summary>
    string Name { get; }

    /// <summary>The task of the part.</summary>
    PartKind Kind { get; }

    /// <summary>All linear layers and convolutions, in the order and with the names of LyCORIS and sd-scripts.</summary>
    IReadOnlyList<AdaptableLayer> Layers { get; }

    /// <summary>The normalisations that LyCORIS' <c>train_norm</c> trains: those of the UNet's residual blocks and transformers.</summary>
    IReadOnlyList<Norm> Norms { get; }

    /// <summary>All that adapters can be put on.</summary>
    IEnumerable<AdaptableLayer> Adaptable => Layers.Concat(Norms);

    /// <summary>
    /// True to keep only the inputs of blocks in a training step and compute the rest again in the backward pass. That takes less memory,
    /// about a third more time, and gives the same gradients to the bit on a CPU. <see cref="Checkpointing.Checkpoint.Backward"/> must be
    /// called then.
    /// </summary>
    bool GradientCheckpointing { get; set; }

    /// <summary>
    /// The blocks whose weights can leave the device while others work, in the order of a pass, as sd-scripts numbers them; none for a
    /// part that is small. They take part in <see cref="Swap"/> with <see cref="GradientCheckpointing"/> alone, or without gradients.
    /// </summary>
    IReadOnlyList<ISwappedBlock> SwappableBlocks { get; }

    /// <summary>Moves the weights of <see cref="SwappableBlocks"/>; null: all stay.</summary>
    BlockSwap? Swap { get; set; }

    /// <summary>The number of <see cref="Layers"/>, from the first, whose output reaches the prediction.</summary>
    /// <param name="clipSkip">sd-scripts' <c>clip_skip</c>, from 1.</param>
    int UsedLayers(int clipSkip);
}
