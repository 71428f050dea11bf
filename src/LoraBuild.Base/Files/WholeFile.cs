using System.Text;

namespace LoraBuild.Base.Files;

/// <summary>Reads files whole that are small by their kind: texts, settings, ledgers. What is not small is refused unread.</summary>
public static class WholeFile
{
    /// <summary>The most bytes of a file of any such kind.</summary>
    public const long MostBytes = 1L << 28;

    /// <summary>The bytes of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="most">The most bytes that it may have.</param>
    /// <exception cref="IOException">It is missing, longer, no regular file (a pipe, a device), or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static byte[] ReadBytes(string path, long most = MostBytes)
    {
        if (FileStamp.Of(path) is { } stamp)
        {
            return stamp.Length <= most
                ? File.ReadAllBytes(path)
                : throw new IOException($"'{path}' has {stamp.Length >> 20} MB; files of its kind are read up to {most >> 20} MB.");
        }

        // A pipe would be waited for, and a device never ends.
        if (File.Exists(path))
            throw new IOException($"'{path}' is no regular file.");
        return File.ReadAllBytes(path);
    }

    /// <summary>The text of a file, in UTF-8 or as its byte-order mark says.</summary>
    /// <inheritdoc cref="ReadBytes"/>
    public static string ReadText(string path, long most = MostBytes)
    {
        using var reader = new StreamReader(new MemoryStream(ReadBytes(path, most)), Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
