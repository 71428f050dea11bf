using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace LoraBuild.Base.Hashing;

/// <summary>
/// The key of a step's result, gathered name by name: the step, its version, its settings and the hashes of its inputs. Equal keys promise
/// equal results, so results are stored and found under it. These are constructive traces, after Mokhov, Mitchell and Peyton Jones, "Build
/// Systems à la Carte".
/// </summary>
public sealed class StepKey
{
    // In UTF-8 from the start: of tens of thousands of keys, text would be made into bytes once more.
    private const int MostText = 32 * 1024;
    private readonly ArrayBufferWriter<byte> text = new(512);
    private IncrementalHash? hashed;

    /// <summary>Starts the key of a step.</summary>
    /// <param name="step">The step's name.</param>
    /// <param name="version">Raised whenever the step would answer the same inputs differently.</param>
    public StepKey(string step, int version) =>
        With("step", step).With("version", version.ToString(CultureInfo.InvariantCulture));

    /// <summary>Adds a setting. Every value carries its length, so that no two lists of settings run together to the same text.</summary>
    public StepKey With(string name, string? value)
    {
        Append(name);
        Append("=");
        if (value is not null)
        {
            Append(value.Length);
            Append(value);
        }

        End();
        return this;
    }

    /// <summary>Adds a list of settings.</summary>
    public StepKey With(string name, IEnumerable<string> values)
    {
        var count = 0;
        foreach (var value in values)
        {
            With(name, value);
            count++;
        }

        Append(count);
        End();
        return this;
    }

    /// <summary>Adds an input by the hash of its content.</summary>
    public StepKey With(string name, ContentHash content)
    {
        Append(name);
        Append("=");
        Append(2 * ContentHash.Size);
        content.Format(text.GetSpan(2 * ContentHash.Size));
        text.Advance(2 * ContentHash.Size);
        End();
        return this;
    }

    /// <summary>The key itself.</summary>
    public ContentHash ToHash() => hashed is null ? ContentHash.Of(text.WrittenSpan) : OfParts(hashed);

    // A key of thousands of inputs is hashed part by part.
    private ContentHash OfParts(IncrementalHash parts)
    {
        Span<byte> hash = stackalloc byte[ContentHash.Size];
        parts.AppendData(text.WrittenSpan);
        text.ResetWrittenCount();
        parts.GetCurrentHash(hash);
        return new ContentHash(hash);
    }

    private void End()
    {
        Append("\n");
        if (text.WrittenCount < MostText)
            return;
        hashed ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hashed.AppendData(text.WrittenSpan);
        text.ResetWrittenCount();
    }

    private void Append(string part) =>
        text.Advance(Encoding.UTF8.GetBytes(part, text.GetSpan(Encoding.UTF8.GetMaxByteCount(part.Length))));

    private void Append(int number)
    {
        number.TryFormat(text.GetSpan(16), out var written, provider: CultureInfo.InvariantCulture);
        text.Advance(written);
        Append(":");
    }
}
