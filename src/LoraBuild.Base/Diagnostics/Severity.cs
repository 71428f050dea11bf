namespace LoraBuild.Base.Diagnostics;

/// <summary>The weight of a <see cref="Diagnostic"/>: an error fails the build, a warning is only shown.</summary>
public enum Severity
{
    /// <summary>Shown; the build goes on and may succeed.</summary>
    Warning,

    /// <summary>The build fails, after the other pictures were still processed.</summary>
    Error,
}
