namespace LoraBuild.Training.Parameters;

/// <summary>Which learning rate a weight follows. Groups lie in the buffers in this order, which is also LyCORIS' order.</summary>
public enum ParameterGroup
{
    /// <summary>Adapters of the text encoder: <c>text_encoder_lr</c>.</summary>
    TextEncoder,

    /// <summary>Adapters of the UNet: <c>unet_lr</c>.</summary>
    UNet,

    /// <summary>
    /// Adapters that the loss does not depend on: those of the text encoder's last layers under <c>clip_skip</c>. They are saved, and get
    /// neither an update nor weight decay.
    /// </summary>
    Untrained,
}
