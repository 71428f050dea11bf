using LoraBuild.Dataset.Tags;

namespace LoraBuild.Pages.Report;

/// <summary>A tag that came or went, and in which step.</summary>
public sealed record ReportChange(string Step, string Tag, TagChangeKind Kind, string Reason, string? By);
