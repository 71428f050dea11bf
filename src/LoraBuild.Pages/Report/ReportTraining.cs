using LoraBuild.Protocol.Logging;
using LoraBuild.Protocol.Previews;

namespace LoraBuild.Pages.Report;

/// <summary>The outcome of a training, for the report.</summary>
/// <param name="Log">Losses and learning rates.</param>
/// <param name="Previews">The previews, or null where none were drawn.</param>
/// <param name="Thumbnails">A JPEG of each preview, by its file's name.</param>
public sealed record ReportTraining(TrainingLog Log, PreviewSheet? Previews, IReadOnlyDictionary<string, byte[]> Thumbnails);
