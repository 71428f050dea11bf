using LoraBuild.Base.Hashing;

namespace LoraBuild.Tasks.Steps;

/// <summary>A picture, and the hash of what its tags follow from.</summary>
/// <param name="Id">The picture's id.</param>
/// <param name="Key">The hash.</param>
internal sealed record PictureKey(string Id, ContentHash Key);
