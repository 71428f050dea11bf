using System.Security.Cryptography;
using LoraBuild.Core.Caching;
using LoraBuild.Core.Diagnostics;

namespace LoraBuild.Training.Metadata;

/// <summary>What a LoRA file says of the model that it was trained on.</summary>
/// <param name="Name">The checkpoint's file name.</param>
/// <param name="Hash">stable-diffusion-webui's old model hash: 8 digits, of 64 KiB at 1 MiB.</param>
/// <param name="Sha256">Its new one: SHA-256 of the whole file.</param>
public sealed record BaseModelFacts(string Name, string Hash, string Sha256)
{
    private const int OldHashStart = 0x100000, OldHashLength = 0x10000, OldHashDigits = 8;

    /// <summary>Reads a checkpoint's facts.</summary>
    /// <param name="path">The file, or a folder with exactly one <c>.safetensors</c> file.</param>
    /// <exception cref="LoraBuildException">LB4001: it is missing. LB6004: it cannot be read.</exception>
    public static BaseModelFacts Of(string path)
    {
        try
        {
            if (Directory.Exists(path) && Directory.GetFiles(path, "*.safetensors") is [var only])
                path = only;
            using var stream = File.OpenRead(path);
            var part = new byte[OldHashLength];
            stream.Position = Math.Min(OldHashStart, stream.Length);
            var length = stream.ReadAtLeast(part, part.Length, throwOnEndOfStream: false);
            stream.Position = 0;
            return new(Path.GetFileName(path), OldHash(part.AsSpan(0, length)), ContentHash.Of(stream).ToString());
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new LoraBuildException(DiagnosticCode.BaseModelMissing, "The base model does not exist.", path, innerException: e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LoraBuildException(DiagnosticCode.CannotRead, $"The base model cannot be read: {e.Message}", path, innerException: e);
        }
    }

    private static string OldHash(ReadOnlySpan<byte> part) => Convert.ToHexStringLower(SHA256.HashData(part))[..OldHashDigits];
}
