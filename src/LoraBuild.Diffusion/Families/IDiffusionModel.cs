using System.Globalization;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Geometry;
using LoraBuild.Diffusion.Files;
using LoraBuild.Diffusion.Layers;
using LoraBuild.Diffusion.Memory;
using LoraBuild.Diffusion.Schedule;
using LoraBuild.Diffusion.Vae;
using LoraBuild.Settings;

namespace LoraBuild.Diffusion.Families;

/// <summary>
/// A loaded model of any family. Training, drawing, merging and metadata know a model by this interface alone: how many text encoders it
/// has, what tokenizes a caption, what the denoiser is made of and what it is told are the family's own. The way of a caption is
/// <see cref="Tokenize"/> (on any thread), <see cref="Encode"/> and <see cref="Predict"/>.
/// </summary>
public interface IDiffusionModel : IDisposable
{
    /// <summary>The parts that can be trained, in the order of a LoRA file: text encoders first, the denoiser last.</summary>
    IReadOnlyList<IModelPart> Parts { get; }

    /// <summary>Pictures to latents and back.</summary>
    IAutoencoder Autoencoder { get; }

    /// <summary>The process by which noise is added and predicted.</summary>
    INoiseProcess Noise { get; }

    /// <summary>The type that the denoiser computes in.</summary>
    ScalarType Type { get; }

    /// <summary>The device that the denoiser runs on.</summary>
    Device Device { get; }

    /// <summary>The size that the model draws best; null where its files do not tell, and pictures have the size of the training.</summary>
    PixelSize? BestSize { get; }

    /// <summary>
    /// The entries of a LoRA's metadata that depend on the model: <c>ss_base_model_version</c>, <c>modelspec.architecture</c> and so on.
    /// </summary>
    IReadOnlyDictionary<string, string> LoraMetadata { get; }

    /// <summary>
    /// The same of a checkpoint that the model is merged into, and the settings that the shapes of its tensors do not tell.
    /// </summary>
    IReadOnlyDictionary<string, string> CheckpointMetadata { get; }

    /// <summary>
    /// The place of each layer's weight in the model's files, by the layer's name; that of a normalisation's bias by the name and
    /// <c>.bias</c>.
    /// </summary>
    IReadOnlyDictionary<string, StoredTensor> Sources { get; }

    /// <summary>Accepts the settings of a training.</summary>
    /// <exception cref="LoraBuildException">LB5001: one does not suit the model.</exception>
    void Check(TrainingSettings settings);

    /// <summary>A message for each setting of a training that changes nothing with this model.</summary>
    IEnumerable<string> WithoutEffect(TrainingSettings settings);

    /// <summary>The <c>max_token_length</c> that a prompt is drawn with. Only prompts of the same length are drawn in one batch.</summary>
    /// <param name="prompt">The prompt, in which brackets weigh words.</param>
    int LengthOf(string prompt);

    /// <summary>
    /// The number of tokens of a text before any is cut, without those of its start and end. Safe for use by several threads.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="weighted">True if brackets weigh words.</param>
    int CountTokens(string text, bool weighted);

    /// <summary>Tokenizes a caption or prompt. Safe for use by several threads.</summary>
    /// <param name="text">The text.</param>
    /// <param name="frame">The sizes of the picture that it belongs to.</param>
    /// <param name="maxTokens">sd-scripts' <c>max_token_length</c>: what is longer is cut.</param>
    /// <param name="weighted">True if brackets weigh words, as in stable-diffusion-webui's prompts.</param>
    TokenizedText Tokenize(string text, PictureFrame frame, int maxTokens, bool weighted);

    /// <summary>Encodes texts. Gradients flow into text encoders that have adapters.</summary>
    /// <param name="texts">Texts of one length; at least one.</param>
    /// <param name="clipSkip">sd-scripts' <c>clip_skip</c>: 1 for the text encoder's last layer, 2 for the last but one, and so on.</param>
    /// <param name="keepMean">
    /// True to let encoded texts keep their mean under the words' weights, as stable-diffusion-webui draws; sd-scripts trains without.
    /// </param>
    Conditioning Encode(IReadOnlyList<TokenizedText> texts, int clipSkip = 1, bool keepMean = false);

    /// <summary>The denoiser's output.</summary>
    /// <param name="noisy">[batch, channels, height, width] in <see cref="Type"/>.</param>
    /// <param name="timesteps">[batch], numbers 0..999, on <see cref="Device"/>.</param>
    /// <param name="conditioning">The encoded texts of the batch.</param>
    /// <returns>[batch, channels, height, width].</returns>
    Tensor Predict(Tensor noisy, Tensor timesteps, Conditioning conditioning);

    /// <summary><see cref="Encode"/> and <see cref="Predict"/> with shapes alone.</summary>
    /// <param name="run">The run.</param>
    /// <param name="noisy">[batch, channels, height, width].</param>
    /// <param name="texts">The texts of the batch.</param>
    /// <param name="encoded">True if they are encoded already.</param>
    /// <param name="clipSkip">As for <see cref="Encode"/>.</param>
    /// <returns>[batch, channels, height, width].</returns>
    DryTensor DryPredict(DryRun run, DryTensor noisy, IReadOnlyList<TokenizedText> texts, bool encoded, int clipSkip = 1);

    /// <summary>The bytes of all frozen weights on <see cref="Device"/>.</summary>
    long WeightBytes { get; }

    /// <summary>diffusers' and transformers' classes of modules that a layer belongs to, by which LyCORIS' presets choose.</summary>
    IReadOnlyCollection<string> ClassesOf(AdaptableLayer layer);

    /// <summary>The denoiser's blocks as sd-scripts numbers them.</summary>
    BlockLayout Blocks { get; }

    /// <summary>The block of a layer that <c>block_dims</c> and <c>down_lr_weight</c> number; null for a layer outside of blocks.</summary>
    BlockPlace? BlockOf(AdaptableLayer layer);

    /// <summary>The name of a layer in sd-scripts' LoRA files, from that in another program's files of the same form.</summary>
    /// <param name="name">The other name, such as OneTrainer's <c>lora_unet_down_blocks_1_attentions_0_proj_in</c>.</param>
    /// <returns>The name; <paramref name="name"/> where it is not known to have another.</returns>
    string UsualNameOf(string name);

    /// <summary>The name of a layer in sd-scripts' LoRA files, from a LoRA file of diffusers or PEFT.</summary>
    /// <param name="part">The part's name there, such as <c>unet</c>; empty where the file names none.</param>
    /// <param name="path">The layer's path in the part, such as <c>mid_block.attentions.0.proj_in</c>.</param>
    /// <returns>The name, which need not be that of a layer; null where the family has no such part.</returns>
    string? LayerNameOf(string part, string path);
}

/// <summary>A caption or prompt as the text encoders of a family take it, with all else that the denoiser is told of the picture.</summary>
public abstract record TokenizedText
{
    /// <summary>All that the encoded text follows from, besides the model.</summary>
    public abstract string Content { get; }

    /// <summary>Numbers as a part of <see cref="Content"/>.</summary>
    protected static string Write<T>(IEnumerable<T[]>? chunks)
        where T : IFormattable =>
        string.Join(
            ';',
            (chunks ?? []).Select(chunk => string.Join(',', chunk.Select(number => number.ToString(null, CultureInfo.InvariantCulture)))));
}

/// <summary>The sizes of a picture of which a text tells: some families give them to the denoiser.</summary>
/// <param name="Original">The picture's size before any resize.</param>
/// <param name="Shown">The size that training sees, or that is drawn.</param>
/// <param name="Mirrored">True if left and right are exchanged.</param>
public readonly record struct PictureFrame(PixelSize Original, PixelSize Shown, bool Mirrored)
{
    /// <summary>The frame of a picture that is drawn.</summary>
    public static PictureFrame Drawn(PixelSize size) => new(size, size, Mirrored: false);
}

/// <summary>
/// The conditioning of a denoiser for a batch. Only the family knows the meaning of the tensors; whoever keeps encoded texts saves them by
/// name.
/// </summary>
/// <param name="Tensors">Tensors by name; the first axis of each is the batch.</param>
public sealed record Conditioning(IReadOnlyDictionary<string, Tensor> Tensors)
{
    /// <summary>Some of the batch, as views of the same tensors.</summary>
    public Conditioning Part(int start, int count) =>
        new(Tensors.ToDictionary(entry => entry.Key, entry => entry.Value.narrow(0, start, count)));

    /// <summary>A batch of these and then those; the caller's scope owns it.</summary>
    /// <param name="other">Conditioning of the same family and text length.</param>
    public Conditioning Concat(Conditioning other) =>
        new(Tensors.ToDictionary(entry => entry.Key, entry => torch.cat([entry.Value, other.Tensors[entry.Key]], 0)));
}

/// <summary>A direction through the blocks of a denoiser.</summary>
public enum BlockWay
{
    /// <summary>To smaller maps: <c>down_lr_weight</c>.</summary>
    Down,

    /// <summary>Between: <c>mid_lr_weight</c>.</summary>
    Middle,

    /// <summary>Back to the full size: <c>up_lr_weight</c>.</summary>
    Up,
}

/// <summary>A block of a denoiser.</summary>
/// <param name="Index">Its place in <c>block_dims</c> and the like, from 0.</param>
/// <param name="Way">Its direction.</param>
/// <param name="IndexInWay">Its place in <c>down_lr_weight</c>, <c>mid_lr_weight</c> or <c>up_lr_weight</c>, from 0.</param>
public readonly record struct BlockPlace(int Index, BlockWay Way, int IndexInWay);
