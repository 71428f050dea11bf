using LoraBuild.Base.Diagnostics;
using LoraBuild.Diffusion.Loading.Layouts;
using LoraBuild.Protocol.Models;

namespace LoraBuild.Diffusion.Loading;

/// <summary>A base model's open files, their tensors sorted into parts under the model's own names.</summary>
internal sealed class ModelFiles : IDisposable
{
    private const string TextTitle = "text encoder", UNetTitle = "UNet", VaeTitle = "VAE";
    private const string VaePrefix = "first_stage_model.";
    private const string OpenClipPrefix = "cond_stage_model.model.";
    private const string TextLevel = "text_model.";

    private readonly List<ITensorFile> opened = [];

    private ModelFiles(BaseModelFiles files)
    {
        try
        {
            (TextEncoder, UNet, Settings) = files.Folder is null ? ReadFile(files) : ReadFolder(files, files.Folder);
            Architecture.RequireLatents(UNet);
            var vae = files.Vae.SequenceEqual(files.UNet) ? opened[0] : Open(files.Vae);
            Vae = VaeIn(vae);
            VaeNormGroups = ModelSettings.VaeNormGroups(vae);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The text encoder, by transformers' names below <c>text_model</c>.</summary>
    public ModelPart TextEncoder { get; }

    /// <summary>The UNet, by CompVis' names.</summary>
    public ModelPart UNet { get; }

    /// <summary>The autoencoder, by CompVis' names.</summary>
    public ModelPart Vae { get; }

    /// <summary>The groups of the autoencoder's normalisations.</summary>
    public long VaeNormGroups { get; }

    /// <summary>What shapes do not tell.</summary>
    public ModelSettings Settings { get; }

    /// <summary>Opens a model.</summary>
    /// <exception cref="LoraBuildException">LB4001 to LB4003, LB4006 to LB4008, LB6004.</exception>
    public static ModelFiles Open(BaseModelFiles files) => new(files);

    /// <summary>Closes the files.</summary>
    public void Dispose() => opened.ForEach(file => file.Dispose());

    private (ModelPart Text, ModelPart UNet, ModelSettings Settings) ReadFile(BaseModelFiles files)
    {
        var file = Open(files.UNet);
        Architecture.RequireCheckpoint(file);
        var isVersion2 = file.Shapes.Keys.Any(name => name.StartsWith(OpenClipPrefix, StringComparison.Ordinal));
        var text = isVersion2 ? OpenClipNames.PartOf(TextTitle, file, OpenClipPrefix) : TextIn(file, "cond_stage_model.transformer.");
        return (text, ModelPart.Of(UNetTitle, file, Architecture.UNetPrefix), ModelSettings.Of(file, isVersion2));
    }

    private (ModelPart Text, ModelPart UNet, ModelSettings Settings) ReadFolder(BaseModelFiles files, DiffusersFolder folder)
    {
        var unetFile = Open(files.UNet);
        Architecture.RequireKnown(unetFile);
        var unet = ModelPart.Of(UNetTitle, unetFile, "", new DiffusersUNetNames([.. unetFile.Shapes.Keys]).ToCompVis);
        return (TextIn(Open(files.TextEncoder), ""), unet, ModelSettings.Of(folder, unet));
    }

    // Older files (NAI's among them) lack the text_model level.
    private static ModelPart TextIn(ITensorFile file, string prefix) => ModelPart.Of(
        TextTitle, file, file.Shapes.ContainsKey(prefix + "embeddings.token_embedding.weight") ? prefix : prefix + TextLevel);

    private static ModelPart VaeIn(ITensorFile file)
    {
        var prefix = file.Shapes.Keys.Any(name => name.StartsWith(VaePrefix, StringComparison.Ordinal)) ? VaePrefix : "";
        var names = file.Shapes.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Select(name => name[prefix.Length..]).ToList();
        return names.Any(name => name.StartsWith("encoder.down_blocks.", StringComparison.Ordinal))
            ? ModelPart.Of(VaeTitle, file, prefix, new DiffusersVaeNames(names).ToCompVis)
            : ModelPart.Of(VaeTitle, file, prefix);
    }

    private ITensorFile Open(IReadOnlyList<string> paths)
    {
        var file = TensorFiles.Open(paths);
        opened.Add(file);
        return file;
    }
}
