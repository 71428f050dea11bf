namespace LoraBuild.Protocol.Previews;

/// <summary>The previews of one moment.</summary>
/// <param name="Moment">When they were drawn.</param>
/// <param name="Pictures">One for each prompt.</param>
/// <param name="Grid">All of them on one sheet.</param>
public sealed record PreviewRow(PreviewMoment Moment, IReadOnlyList<PreviewFile> Pictures, PreviewFile Grid);
