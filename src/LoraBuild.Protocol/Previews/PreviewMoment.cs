namespace LoraBuild.Protocol.Previews;

/// <summary>When previews are drawn.</summary>
/// <param name="Steps">Steps done.</param>
/// <param name="Epoch">The epoch that just ended, from 1, or 0 before the first step; null where they are drawn by steps.</param>
public sealed record PreviewMoment(int Steps, int? Epoch);
