using LoraBuild.Base.Hashing;

namespace LoraBuild.Tasks.Steps;

/// <summary>A picture of which a page shows a thumbnail.</summary>
/// <param name="Id">Its id, a file name.</param>
/// <param name="Path">The PNG file.</param>
/// <param name="Content">The hash of its content.</param>
internal sealed record PicturedFile(string Id, string Path, ContentHash Content);
