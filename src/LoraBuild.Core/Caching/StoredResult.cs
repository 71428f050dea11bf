namespace LoraBuild.Core.Caching;

/// <summary>What a step left behind for one key.</summary>
/// <param name="Files">Its output files.</param>
public sealed record StoredResult(IReadOnlyList<StoredFile> Files);
