namespace LoraBuild.Builds;

/// <summary>A line that a build wrote.</summary>
/// <param name="At">When, since the build was started.</param>
/// <param name="Text">What.</param>
internal sealed record LogLine(TimeSpan At, string Text);
