using LoraBuild.Diffusion.Schedule;

namespace LoraBuild.Diffusion.Families;

/// <summary>Settings of a base model besides its path. Null ones are read off the model's files.</summary>
public sealed record ModelOptions
{
    /// <summary>A folder with CLIP's <c>merges.txt</c>, or that file; null to look beside the model.</summary>
    public string? Tokenizer { get; init; }

    /// <summary>
    /// Brings CLIP's vocabulary and returns its path. Called only where the model is sound and has none; null: an error then.
    /// </summary>
    public Func<string>? FetchTokenizer { get; init; }

    /// <summary>False for a model whose weights alone are wanted: no tokenizer is looked for.</summary>
    public bool ReadsText { get; init; } = true;

    /// <summary>
    /// True to encode texts on the CPU, in 32 bits, whatever the denoiser runs on: for those who encode each text once, and want a GPU's
    /// memory for the rest.
    /// </summary>
    public bool EncodesTextOnCpu { get; init; }

    /// <summary>
    /// sd-scripts' <c>vae</c>: an autoencoder to take instead of the model's own. A file with CompVis' or diffusers' names, or a folder as
    /// diffusers writes it.
    /// </summary>
    public string? Vae { get; init; }

    /// <summary>sd-scripts' <c>v2</c>: whether the model is of Stable Diffusion 2.x. The files tell, so this can only agree.</summary>
    public bool? V2 { get; init; }

    /// <summary>
    /// sd-scripts' <c>v_parameterization</c>: whether the model predicts velocities. Where neither this nor the files tell, it predicts the
    /// noise.
    /// </summary>
    public bool? VParameterization { get; init; }

    /// <summary>
    /// sd-scripts' <c>zero_terminal_snr</c>: whether a model that predicts velocities is drawn with as it learns, from noise alone. The
    /// files may say it as well.
    /// </summary>
    public bool ZeroTerminalSnr { get; init; }

    /// <summary>sd-scripts' <c>fp8_base</c>: the weights of text encoders' layers are kept in 8 bits.</summary>
    public bool CompressesText { get; init; }

    /// <summary>The same of the denoiser: <c>fp8_base</c> and <c>fp8_base_unet</c>.</summary>
    public bool CompressesDenoiser { get; init; }

    /// <summary>
    /// Replaces a tensor of the files, by its name there, with a weight that is to be trained itself, of the same shape and on the same
    /// device. Null: the tensors as they are.
    /// </summary>
    public Func<string, Tensor, Tensor>? Substitute { get; init; }

    /// <summary>The device of text encoders, and the type that they compute in.</summary>
    internal (Device Device, ScalarType Type) PlaceOfText(Device device, ScalarType type) =>
        EncodesTextOnCpu && device.type != DeviceType.CPU ? (torch.CPU, ScalarType.Float32) : (device, type);

    /// <summary>True if samplers begin with noise alone by the options; a prediction of noise alone says nothing of a picture.</summary>
    internal bool BeginsWithNoise(PredictionType prediction) => ZeroTerminalSnr && prediction == PredictionType.Velocity;

    internal PredictionType? Prediction =>
        VParameterization is { } velocity ? velocity ? PredictionType.Velocity : PredictionType.Epsilon : null;
}
