namespace LoraBuild.Diffusion.Loading;

/// <summary>A part of a model: its tensors by the names that the model has for them, whatever the file's own are.</summary>
/// <param name="Title">What to call it in messages.</param>
/// <param name="Path">The file to name in messages.</param>
/// <param name="Prefix">What the file's names begin with.</param>
/// <param name="Tensors">By name without the prefix: CompVis' names for UNet and VAE, transformers' for the text encoder.</param>
internal sealed record ModelPart(string Title, string Path, string Prefix, IReadOnlyDictionary<string, StoredTensor> Tensors)
{
    /// <summary>The tensors of a file whose names begin with a prefix.</summary>
    /// <param name="title">What to call the part.</param>
    /// <param name="file">The file.</param>
    /// <param name="prefix">The prefix.</param>
    /// <param name="rename">From the file's name without the prefix to the model's, or null for what the model does not use.</param>
    public static ModelPart Of(string title, ITensorFile file, string prefix, Func<string, string?>? rename = null)
    {
        var tensors = new Dictionary<string, StoredTensor>();
        foreach (var (key, shape) in file.Shapes)
        {
            if (key.StartsWith(prefix, StringComparison.Ordinal) && (rename is null ? key[prefix.Length..] : rename(key[prefix.Length..])) is { } name)
                tensors.TryAdd(name, new StoredTensor(file, key, shape));
        }
        return new ModelPart(title, file.Path, prefix, tensors);
    }
}
