namespace LoraBuild.Pages.Report;

/// <summary>A warning in the report.</summary>
/// <param name="Code">One of <see cref="Base.Diagnostics.DiagnosticCode"/>.</param>
/// <param name="Message">The fault.</param>
/// <param name="Pictures">Ids of the pictures it is about.</param>
public sealed record ReportWarning(string Code, string Message, IReadOnlyList<string> Pictures);
