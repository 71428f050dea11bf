namespace LoraBuild.Incremental.Caching;

/// <summary>How files differ from what a state says of them.</summary>
/// <param name="Files">Files that were changed or are gone, in no order.</param>
/// <param name="Appeared">A file that was not there and is now, or null.</param>
internal sealed record FileChanges(IReadOnlyList<string> Files, string? Appeared);
