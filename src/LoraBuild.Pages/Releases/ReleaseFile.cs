namespace LoraBuild.Pages.Releases;

/// <summary>A file of a release that is there already.</summary>
/// <param name="Name">Its path within the release, with forward slashes.</param>
/// <param name="Source">The file as it lies now.</param>
public sealed record ReleaseFile(string Name, string Source);
