using System.Collections.Concurrent;

namespace LoraBuild.Base.Diagnostics;

/// <summary>
/// Bounds how often one kind of fault is told of one file: a log of a hundred thousand lines takes minutes, and nobody reads it. Many
/// threads may tell at once.
/// </summary>
public sealed class DiagnosticLimit
{
    /// <summary>The most diagnostics of one code and severity from one file.</summary>
    public const int Most = 20;

    private readonly ConcurrentDictionary<(string? File, string Code, Severity Severity), int> told = new();

    /// <summary>Counts a diagnostic. True if it is to be told.</summary>
    public bool IsToTell(Diagnostic diagnostic) =>
        told.AddOrUpdate((diagnostic.File, diagnostic.Code, diagnostic.Severity), 1, (_, count) => count + 1) <= Most;

    /// <summary>A diagnostic for each kind of which more was said than was told, with their number.</summary>
    public IEnumerable<Diagnostic> Rest() =>
        from kind in told
        where kind.Value > Most
        orderby kind.Key.File, kind.Key.Code
        select new Diagnostic(
            kind.Key.Code, kind.Key.Severity, $"And {kind.Value - Most} more of this kind in this file. Mend those above first.",
            kind.Key.File);
}
