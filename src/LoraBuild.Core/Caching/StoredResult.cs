namespace LoraBuild.Core.Caching;

/// <summary>What a step left behind for one key.</summary>
/// <param name="Files">Its output files.</param>
/// <param name="Facts">Small facts about them, such as a picture's width.</param>
public sealed record StoredResult(IReadOnlyList<StoredFile> Files, IReadOnlyDictionary<string, string> Facts)
{
    /// <summary>The file of this name.</summary>
    /// <exception cref="InvalidOperationException">The result has no such file.</exception>
    public StoredFile File(string name) => Files.Single(file => file.Name == name);
}
