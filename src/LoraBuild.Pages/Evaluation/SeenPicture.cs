namespace LoraBuild.Pages.Evaluation;

/// <summary>What the tagger saw in one of an evaluation's pictures.</summary>
/// <param name="File">The picture, relative to the evaluation's folder.</param>
/// <param name="Features">Which of her features.</param>
/// <param name="Asked">Which of the tags that were asked for.</param>
public sealed record SeenPicture(string File, IReadOnlyList<string> Features, IReadOnlyList<string> Asked);
