using System.Security.Cryptography;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Hashing;

namespace LoraBuild.Training.Metadata;

/// <summary>What identifies a file of weights, or several that belong together.</summary>
/// <param name="Name">The file's name, or the folder's.</param>
/// <param name="Hash">stable-diffusion-webui's old model hash: 8 digits, of 64 KiB at 1 MiB of the first file.</param>
/// <param name="Sha256">Its new one: SHA-256 of the whole file; of several, the SHA-256 of theirs.</param>
public sealed record WeightFacts(string Name, string Hash, string Sha256)
{
    private const int OldHashStart = 0x100000, OldHashLength = 0x10000, OldHashDigits = 8;

    /// <summary>Reads the facts of files.</summary>
    /// <param name="path">The file or folder that an author named.</param>
    /// <param name="files">Its files with weights.</param>
    /// <exception cref="LoraBuildException">LB6004: one cannot be read.</exception>
    public static WeightFacts Of(string path, IReadOnlyList<string> files)
    {
        try
        {
            var hashes = files.Select(ContentHash.OfFile).ToList();
            var whole = hashes is [var only] ? only : ContentHash.Of(string.Join('\n', hashes));
            return new(Path.GetFileName(path.TrimEnd('/', '\\')), OldHash(files[0]), whole.ToString());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LoraBuildException(DiagnosticCode.CannotRead, $"The base model cannot be read: {e.Message}", path, innerException: e);
        }
    }

    private static string OldHash(string file)
    {
        using var stream = File.OpenRead(file);
        var part = new byte[OldHashLength];
        stream.Position = Math.Min(OldHashStart, stream.Length);
        var length = stream.ReadAtLeast(part, part.Length, throwOnEndOfStream: false);
        return Convert.ToHexStringLower(SHA256.HashData(part.AsSpan(0, length)))[..OldHashDigits];
    }
}
