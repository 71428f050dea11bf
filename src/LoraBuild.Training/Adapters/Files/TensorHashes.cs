using System.Buffers.Binary;
using System.Security.Cryptography;
using LoraBuild.Diffusion.Safetensors;

namespace LoraBuild.Training.Adapters.Files;

/// <summary>
/// The hashes by which user interfaces know a LoRA, computed as sd-scripts does so that they need not read the whole file.
/// </summary>
public static class TensorHashes
{
    private const int LegacyStart = 0x100000, LegacyLength = 0x10000, LegacyDigits = 8;

    /// <summary><c>sshs_model_hash</c>, SHA-256 of the tensors, and <c>sshs_legacy_hash</c>, of 64 KiB at 1 MiB of the file.</summary>
    /// <param name="tensors">The tensors as they are written.</param>
    /// <param name="metadata">The file's metadata; the <c>ss_*</c> entries count, because they move the tensors.</param>
    public static IReadOnlyDictionary<string, string> Of(
        IReadOnlyCollection<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, tensors, metadata.Where(entry => entry.Key.StartsWith("ss_", StringComparison.Ordinal)));
        var file = stream.GetBuffer().AsSpan(0, (int)stream.Length);
        var header = sizeof(ulong) + (int)BinaryPrimitives.ReadUInt64LittleEndian(file);
        var legacy = file[Math.Min(LegacyStart, file.Length)..Math.Min(LegacyStart + LegacyLength, file.Length)];
        return new Dictionary<string, string>
        {
            ["sshs_model_hash"] = Convert.ToHexStringLower(SHA256.HashData(file[header..])),
            ["sshs_legacy_hash"] = Convert.ToHexStringLower(SHA256.HashData(legacy))[..LegacyDigits],
        };
    }
}
