using LoraBuild.Base.Files;
using LoraBuild.Base.Hashing;

namespace LoraBuild.Incremental.Caching;

/// <summary>A file as it was when a build looked at it.</summary>
/// <param name="Stamp">Its stamp.</param>
/// <param name="Content">The hash of its content.</param>
/// <param name="Key">For an output, the key of the step that made it; null for an input.</param>
public sealed record FileRecord(FileStamp Stamp, ContentHash Content, ContentHash? Key = null);
