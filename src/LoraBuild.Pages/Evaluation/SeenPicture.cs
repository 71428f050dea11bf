namespace LoraBuild.Pages.Evaluation;

/// <summary>The tags that the tagger saw in one of an evaluation's pictures.</summary>
/// <param name="File">The picture, relative to the evaluation's folder.</param>
/// <param name="Features">Those of her features that the tagger saw.</param>
/// <param name="Asked">Those of the requested tags that the tagger saw.</param>
public sealed record SeenPicture(string File, IReadOnlyList<string> Features, IReadOnlyList<string> Asked);
