namespace LoraBuild.Incremental.Caching;

/// <summary>What a step left behind for one key.</summary>
/// <param name="Files">Its output files.</param>
/// <param name="Step">The step's name, for whoever asks what fills the store.</param>
public sealed record StoredResult(IReadOnlyList<StoredFile> Files, string Step = "");
