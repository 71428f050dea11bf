using LoraBuild.Base.Hashing;

namespace LoraBuild.Incremental.Caching;

/// <summary>A file of a stored result.</summary>
/// <param name="Name">Its name within the result.</param>
/// <param name="Content">The hash of its bytes, under which the store keeps them.</param>
/// <param name="Length">Its size in bytes.</param>
public sealed record StoredFile(string Name, ContentHash Content, long Length);
