namespace LoraBuild.Base.Diagnostics;

/// <summary>
/// Something the author should know, with the place to look at. MSBuild shows it in its canonical form
/// <c>file(line,column): error LB1003: message</c>.
/// </summary>
/// <param name="Code">One of <see cref="DiagnosticCode"/>.</param>
/// <param name="Severity">The severity: an error fails the build.</param>
/// <param name="Message">The fault and its cure, in one or two sentences.</param>
/// <param name="File">The file it is about, or null where there is none.</param>
/// <param name="Line">1-based line in <paramref name="File"/>; 0 where it has no line.</param>
/// <param name="Column">1-based column in <paramref name="File"/>; 0 where it has no column.</param>
public sealed record Diagnostic(string Code, Severity Severity, string Message, string? File = null, int Line = 0, int Column = 0)
{
    /// <summary>MSBuild's canonical form of this diagnostic.</summary>
    public override string ToString()
    {
        var kind = Severity == Severity.Error ? "error" : "warning";
        var place = (File, Line, Column) switch
        {
            (null, _, _) => "",
            (_, 0, _) => $"{File}: ",
            (_, _, 0) => $"{File}({Line}): ",
            _ => $"{File}({Line},{Column}): ",
        };
        return $"{place}{kind} {Code}: {Message}";
    }
}

/// <summary>The weight of a <see cref="Diagnostic"/>: an error fails the build, a warning is only shown.</summary>
public enum Severity
{
    /// <summary>Shown; the build goes on and may succeed.</summary>
    Warning,

    /// <summary>The build fails, after the other pictures were still processed.</summary>
    Error,
}
