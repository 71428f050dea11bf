namespace LoraBuild.Pages.Report;

/// <summary>A group of the dataset in the report.</summary>
/// <param name="Folder">Its folder.</param>
/// <param name="Repeats">How often an epoch shows each picture.</param>
/// <param name="Pictures">How many pictures it has.</param>
public sealed record ReportGroup(string Folder, int Repeats, int Pictures);
