using LoraBuild.Base.Hashing;

namespace LoraBuild.Incremental.Downloads;

/// <summary>A file that was downloaded, now or earlier.</summary>
/// <param name="Path">The file's path. It is shared: never change it.</param>
/// <param name="Sha256">The hash of its bytes, verified.</param>
public sealed record DownloadedFile(string Path, ContentHash Sha256);
