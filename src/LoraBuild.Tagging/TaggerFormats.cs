using System.Text;
using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Tagging;

/// <summary>The formats of taggers that LoraBuild reads.</summary>
internal static class TaggerFormats
{
    private const int BeginningBytes = 4096;

    /// <summary>All formats, in the order in which they are tried.</summary>
    public static IReadOnlyList<ITaggerFormat> All { get; } = [new WdFormat()];

    /// <summary>Finds the format of a tagger by its label file.</summary>
    /// <exception cref="LoraBuildException">LB3001 the file is missing; LB3003 no format has such a file; LB6004 it cannot be
    /// read.</exception>
    public static ITaggerFormat Of(string labelsPath)
    {
        if (!File.Exists(labelsPath))
        {
            throw new LoraBuildException(
                DiagnosticCode.TaggerMissing, "The tagger's label file does not exist. It came with the model: selected_tags.csv.",
                labelsPath);
        }

        var beginning = Beginning(labelsPath);
        return All.FirstOrDefault(format => format.Recognises(labelsPath, beginning))
            ?? throw new LoraBuildException(
                DiagnosticCode.TaggerLabelsInvalid,
                $"This is no label file of a tagger that LoraBuild reads: {string.Join("; ", All.Select(format => format.Description))}. "
                + "Use the label file that came with the model.",
                labelsPath,
                line: 1);
    }

    private static string Beginning(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            var bytes = new byte[BeginningBytes];
            return Encoding.UTF8.GetString(bytes, 0, file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)).TrimStart('\uFEFF');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LoraBuildException(DiagnosticCode.CannotRead, $"The label file cannot be read: {e.Message}", path, innerException: e);
        }
    }
}
