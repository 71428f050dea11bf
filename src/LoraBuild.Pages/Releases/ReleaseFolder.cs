using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;
using LoraBuild.Base.Hashing;

namespace LoraBuild.Pages.Releases;

/// <summary>
/// The folder that a release is laid out in. It may have files of others: what goes from it is only what the release before had and this
/// one has not, by the provenance of that.
/// </summary>
public static class ReleaseFolder
{
    /// <summary>
    /// Lays a release out: the LoRA files, further ones, the model card, and last the provenance, which names all others.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="release">The release.</param>
    /// <param name="loras">The LoRA files, the finished one first.</param>
    /// <param name="further">Other files.</param>
    /// <returns>The names of all files, ordered.</returns>
    /// <exception cref="LoraBuildException">LB6001: the folder cannot be written.</exception>
    public static IReadOnlyList<string> Write(
        string folder, Release release, IReadOnlyList<ReleaseFile> loras, IReadOnlyList<ReleaseFile> further)
    {
        var before = Provenance.TryRead(folder);
        var hashed = loras.Select(file => Copy(folder, file)).ToList();
        var files = hashed.Concat(further.Select(file => Copy(folder, file))).ToList();
        var card = ModelCard.Write(release, hashed);
        AtomicFile.WriteText(Path.Combine(folder, ModelCard.FileName), card);
        files.Add(new ReleaseInput(ModelCard.FileName, ContentHash.Of(card)));
        files.Sort((one, other) => string.CompareOrdinal(one.Name, other.Name));
        var provenance = Provenance.Of(release, files).Serialize();
        AtomicFile.Write(Path.Combine(folder, Provenance.FileName), stream => stream.Write(provenance));
        RemoveStale(folder, before, files);
        return [.. files.Select(file => file.Name).Append(Provenance.FileName).Order(StringComparer.Ordinal)];
    }

    private static ReleaseInput Copy(string folder, ReleaseFile file)
    {
        var bytes = File.ReadAllBytes(file.Source);
        AtomicFile.Write(Path.Combine(folder, file.Name), stream => stream.Write(bytes));
        return new ReleaseInput(file.Name, ContentHash.Of(bytes));
    }

    private static void RemoveStale(string folder, Provenance? before, List<ReleaseInput> files)
    {
        var within = new ProjectLinks(folder, areFollowed: false);
        foreach (var stale in before?.Files.Select(file => file.File).Except(files.Select(file => file.Name)) ?? [])
        {
            // The list came from a file, which may lead out of the folder, also by a link that somebody else put there.
            if (InnerPath.Combine(folder, stale) is { } path && within.Refuse(path) is null)
                File.Delete(path);
        }
    }
}
