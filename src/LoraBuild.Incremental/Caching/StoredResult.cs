using LoraBuild.Base.Hashing;

namespace LoraBuild.Incremental.Caching;

/// <summary>A step's result for one key.</summary>
/// <param name="Files">Its output files.</param>
/// <param name="Step">The step's name, for whoever asks what fills the store.</param>
/// <param name="Facts">Small values by name, such as a picture's width, a line of text each.</param>
public sealed record StoredResult(IReadOnlyList<StoredFile> Files, string Step, IReadOnlyDictionary<string, string> Facts);

/// <summary>A file of a stored result.</summary>
/// <param name="Name">Its name within the result.</param>
/// <param name="Content">The hash of its bytes, under which the store keeps them.</param>
/// <param name="Length">Its size in bytes.</param>
public sealed record StoredFile(string Name, ContentHash Content, long Length);
