namespace LoraBuild.Base.Diagnostics;

/// <summary>How a <see cref="Diagnostic"/> ends a build: an error fails it, a warning is only shown.</summary>
public enum Severity
{
    /// <summary>Shown; the build goes on and may succeed.</summary>
    Warning,

    /// <summary>The build fails, after the other pictures were still processed.</summary>
    Error,
}
