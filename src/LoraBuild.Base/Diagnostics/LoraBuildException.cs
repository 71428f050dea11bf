namespace LoraBuild.Base.Diagnostics;

/// <summary>
/// Bad input, told as a <see cref="Base.Diagnostics.Diagnostic"/>. Every library throws this, and nothing else, for what an author can
/// mend; any other exception is a bug of ours.
/// </summary>
public sealed class LoraBuildException : Exception
{
    /// <summary>Wraps a diagnostic.</summary>
    public LoraBuildException(Diagnostic diagnostic, Exception? innerException = null)
        : base(diagnostic.ToString(), innerException) => Diagnostic = diagnostic;

    /// <summary>An error with this code, message and place.</summary>
    public LoraBuildException(
        string code, string message, string? file = null, int line = 0, int column = 0, Exception? innerException = null)
        : this(new Diagnostic(code, Severity.Error, message, file, line, column), innerException)
    {
    }

    /// <summary>The fault, its place, and what to do about it.</summary>
    public Diagnostic Diagnostic { get; }
}
