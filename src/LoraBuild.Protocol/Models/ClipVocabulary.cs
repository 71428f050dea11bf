using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Hashing;
using LoraBuild.Incremental.Downloads;

namespace LoraBuild.Protocol.Models;

/// <summary>
/// The place of CLIP's vocabulary: with the model, or else as published with CLIP, downloaded once. All CLIP models that Stable Diffusion
/// uses share it, and its <c>merges.txt</c> is enough: the ids follow from it.
/// </summary>
public static class ClipVocabulary
{
    private const string Folder = "tokenizer", MergesName = "merges.txt", IdsName = "vocab.json";

    /// <summary>The published merges.txt.</summary>
    public static ContentHash PublishedMerges { get; } =
        ContentHash.Parse("9fd691f7c8039210e0fced15865466c65820d09b63988b0174bfe25de299051a");

    /// <summary>The places beside a model where a vocabulary is looked for, in order: folders or a merges file.</summary>
    /// <param name="model">The checkpoint file or model folder.</param>
    public static IReadOnlyList<string> PlacesBeside(string model)
    {
        var folder = Directory.Exists(model) ? model : Path.GetDirectoryName(Path.GetFullPath(model))!;
        return [Path.Combine(folder, Folder), Path.Combine(folder, MergesName)];
    }

    /// <summary>The first of <see cref="PlacesBeside"/> that has a vocabulary, or null.</summary>
    public static string? FindBeside(string model) => PlacesBeside(model).FirstOrDefault(place => File.Exists(FilesAt(place)[0]));

    /// <summary>The files of a vocabulary, merges first; those after it need not be there.</summary>
    /// <param name="place">A folder, or a merges file.</param>
    public static IReadOnlyList<string> FilesAt(string place) => Path.GetFileName(place) != MergesName && !File.Exists(place)
        ? [Path.Combine(place, MergesName), Path.Combine(place, IdsName)]
        : [place];

    /// <summary>The published merges.txt, from the cache or the network.</summary>
    /// <param name="downloads">The cache.</param>
    /// <param name="source">The address at which it is published.</param>
    /// <param name="cancellation">Ends a download.</param>
    /// <exception cref="LoraBuildException">LB4004: it cannot be had; what to do.</exception>
    public static async Task<string> FetchAsync(DownloadCache downloads, Uri source, CancellationToken cancellation = default)
    {
        try
        {
            return (await downloads.FetchAsync(source, PublishedMerges, cancellation: cancellation).ConfigureAwait(false)).Path;
        }
        catch (LoraBuildException e) when (e.Diagnostic.Code is DiagnosticCode.DownloadFailed or DiagnosticCode.DownloadMismatch)
        {
            throw new LoraBuildException(
                DiagnosticCode.TokenizerInvalid,
                $"The model brings no CLIP vocabulary, and the published one cannot be fetched. {e.Diagnostic.Message} Put CLIP's "
                + "merges.txt beside the base model, or set LoraTokenizer to it or LoraTokenizerUrl to a mirror.",
                innerException: e);
        }
    }
}
