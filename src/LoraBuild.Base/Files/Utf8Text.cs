using System.Text;
using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Base.Files;

/// <summary>Reads text that authors write by hand, and tells them where it is not UTF-8.</summary>
public static class Utf8Text
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The text of a UTF-8 file, without its byte-order mark.</summary>
    /// <exception cref="LoraBuildException"><see cref="DiagnosticCode.CannotRead"/>, or <paramref name="encodingCode"/> with the line and
    /// column of the first byte that is not UTF-8 text.</exception>
    public static string Read(string path, string encodingCode)
    {
        byte[] bytes;
        try
        {
            bytes = WholeFile.ReadBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new LoraBuildException(
                DiagnosticCode.CannotRead, $"The file cannot be read: {exception.Message}", path, innerException: exception);
        }

        return Decode(bytes, path, encodingCode);
    }

    private static string Decode(byte[] bytes, string path, string encodingCode)
    {
        ReadOnlySpan<byte> content = bytes;
        if (content is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
            throw new LoraBuildException(encodingCode, "The file is UTF-16, not UTF-8. Save it as UTF-8.", path, 1, 1);
        if (content is [0xEF, 0xBB, 0xBF, ..]) content = content[3..];
        var bad = content.IndexOf((byte)0);
        try
        {
            if (bad < 0) return Strict.GetString(content);
        }
        catch (DecoderFallbackException exception)
        {
            bad = exception.Index;
        }

        var before = content[..bad];
        var line = before.Count((byte)'\n') + 1;
        var column = Encoding.UTF8.GetCharCount(before[(before.LastIndexOf((byte)'\n') + 1)..]) + 1;
        throw new LoraBuildException(
            encodingCode, $"The byte 0x{content[bad]:X2} is not UTF-8 text. Save the file as UTF-8.", path, line, column);
    }
}
