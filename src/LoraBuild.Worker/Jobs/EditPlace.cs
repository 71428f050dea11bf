using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Worker.Jobs;

/// <summary>The place where an author wrote a picture's edits.</summary>
internal static class EditPlace
{
    /// <summary>An error of an edit, with the place of the picture's edits; other errors as they are.</summary>
    /// <param name="diagnostic">The picture's fault.</param>
    /// <param name="place">The place of its edits, or null.</param>
    public static Diagnostic AddTo(Diagnostic diagnostic, string? place) =>
        diagnostic.Code == DiagnosticCode.EditOutsidePicture && place is not null
            ? diagnostic with { Message = $"{diagnostic.Message} Its edits are in {place}." }
            : diagnostic;
}
