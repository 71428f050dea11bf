namespace LoraBuild.Base.Diagnostics;

/// <summary>
/// Tells a file that is bad from other trouble. Each reader has one place in which it decides what it lets out: there, whatever its library
/// throws over a file becomes the reader's own <see cref="LoraBuildException"/>.
/// </summary>
public static class BadInput
{
    /// <summary>
    /// True if what a library threw while it read a file says that the file is bad. Not so where the file cannot be reached, memory ran out
    /// or somebody cancelled, and not of what has its code already.
    /// </summary>
    public static bool IsCause(Exception exception) => exception is EndOfStreamException
        || exception is not (LoraBuildException or OperationCanceledException or OutOfMemoryException or IOException
            or UnauthorizedAccessException);
}
