namespace LoraBuild.Pages.Report;

/// <summary>A group of the dataset in the report.</summary>
/// <param name="Folder">Its folder.</param>
/// <param name="Repeats">The number of times that an epoch shows each picture.</param>
/// <param name="Pictures">The number of its pictures.</param>
public sealed record ReportGroup(string Folder, int Repeats, int Pictures);
