using LoraBuild.Base.Diagnostics;
using LoraBuild.Diffusion.Families;
using LoraBuild.Diffusion.Families.StableDiffusion;
using LoraBuild.Diffusion.Families.StableDiffusionXL;
using LoraBuild.Protocol.Models;

namespace LoraBuild.Diffusion;

/// <summary>The families of base models that there are, and the way to load a model of any of them.</summary>
public static class ModelFamilies
{
    /// <summary>Every family; the first that recognizes a model loads it.</summary>
    public static IReadOnlyList<IModelFamily> All { get; } = [new StableDiffusionFamily(), new StableDiffusionXLFamily()];

    /// <summary>Loads a model. All sizes are read off the tensors; tensors that the model does not use are ignored.</summary>
    /// <param name="path">
    /// A checkpoint, as .safetensors or torch's own format; a folder that holds exactly one .safetensors file; or a folder as diffusers
    /// writes it. A <c>config.json</c> beside a single file, or its metadata, may give the numbers of heads and norm groups.
    /// </param>
    /// <param name="type">The type to compute in; weights are loaded straight into it. Null for the type of the file's denoiser.</param>
    /// <param name="device">The device to run on; null for the CPU.</param>
    /// <param name="options">The author's settings of the model; null for none.</param>
    /// <exception cref="LoraBuildException">
    /// LB4001: a file is missing. LB4002, LB4007: a file is damaged. LB4003: tensors are missing or do not fit, with the first few and what
    /// was expected. LB4004: the tokenizer is missing, damaged, or not this text encoder's. LB4006: a file would run code. LB4008: it is a
    /// model of another kind. LB4009: the options contradict it. LB6004: a file cannot be read.
    /// </exception>
    public static IDiffusionModel Load(string path, ScalarType? type, Device? device = null, ModelOptions? options = null)
    {
        options ??= new ModelOptions();
        // On a GPU, 32 bits are asked for in convolutions too.
        torch.backends.cudnn.allow_tf32 = false;
        using var source = new ModelSource(BaseModelPath.Resolve(path), options.Vae);
        return FamilyOf(source).Load(source, type, device ?? torch.CPU, options);
    }

    /// <summary>Tells what a model is, by the names and shapes of its tensors and by its settings.</summary>
    /// <param name="path">As for <see cref="Load"/>.</param>
    /// <param name="vae">An autoencoder to take instead of the model's own, or null.</param>
    /// <exception cref="LoraBuildException">
    /// LB4001: a file is missing. LB4002, LB4006, LB4007: a file is damaged or would run code. LB4003: settings are out of range.
    /// LB4008: it is a model of another kind. LB6004: a file cannot be read.
    /// </exception>
    public static ModelDescription Describe(string path, string? vae = null)
    {
        using var source = new ModelSource(BaseModelPath.Resolve(path), vae);
        return FamilyOf(source).Describe(source);
    }

    private static IModelFamily FamilyOf(ModelSource source) =>
        All.FirstOrDefault(family => family.Recognizes(source)) ?? throw UnknownModel.In(source, All);
}
