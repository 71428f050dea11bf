using System.Security.Cryptography;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Hashing;
using LoraBuild.Diffusion.Families;
using LoraBuild.Protocol.Models;

namespace LoraBuild.Training.Metadata;

/// <summary>A LoRA file's metadata on the model that it was trained on.</summary>
/// <param name="Model">The checkpoint.</param>
/// <param name="Vae">The VAE that was taken instead of the checkpoint's, or null.</param>
/// <param name="OfFamily">The entries that its family gives: <see cref="IDiffusionModel.LoraMetadata"/>.</param>
public sealed record BaseModelFacts(WeightFacts Model, WeightFacts? Vae, IReadOnlyDictionary<string, string> OfFamily)
{
    /// <summary>The checkpoint's file name, or the folder's.</summary>
    public string Name => Model.Name;

    /// <summary>The checkpoint's <see cref="WeightFacts.Hash"/>.</summary>
    public string Hash => Model.Hash;

    /// <summary>The checkpoint's <see cref="WeightFacts.Sha256"/>.</summary>
    public string Sha256 => Model.Sha256;

    /// <summary>Reads a model's facts.</summary>
    /// <param name="files">Its files.</param>
    /// <param name="model">The model that was loaded from them.</param>
    /// <exception cref="LoraBuildException">LB6004: a file cannot be read.</exception>
    public static BaseModelFacts Of(BaseModelFiles files, IDiffusionModel model)
    {
        var own = files.Own.ToList();
        // A VAE of the model's own folder is a part of the model; one that was named is not.
        var isOwn = files.Folder is null
            ? files.Vae.SequenceEqual(files.Denoiser)
            : files.Vae.All(file => file.StartsWith(files.Path, StringComparison.Ordinal));
        return new BaseModelFacts(
            WeightFacts.Of(files.Path, isOwn ? [.. own.Union(files.Vae)] : own),
            isOwn ? null : WeightFacts.Of(files.Vae[0], files.Vae),
            model.LoraMetadata);
    }
}

/// <summary>The identity of a file of weights, or of several that belong together.</summary>
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
