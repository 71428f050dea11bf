using System.Globalization;
using System.Text;

namespace LoraBuild.Core.Caching;

/// <summary>
/// What a step's result depends on, gathered name by name: the step, its version, its settings and the hashes of its inputs.
/// Equal keys promise equal results, so the key is what results are stored and found under (constructive traces, after
/// Mokhov, Mitchell and Peyton Jones, "Build Systems à la Carte").
/// </summary>
public sealed class StepKey
{
    private readonly StringBuilder text = new();

    /// <summary>Starts the key of a step.</summary>
    /// <param name="step">The step's name.</param>
    /// <param name="version">Raised whenever the step would answer the same inputs differently.</param>
    public StepKey(string step, int version) =>
        With("step", step).With("version", version.ToString(CultureInfo.InvariantCulture));

    /// <summary>Adds a setting. Every value carries its length, so that no two lists of settings run together to the same text.</summary>
    public StepKey With(string name, string? value)
    {
        text.Append(name).Append('=');
        if (value is not null)
            text.Append(value.Length).Append(':').Append(value);
        text.Append('\n');
        return this;
    }

    /// <summary>Adds an input by the hash of its content.</summary>
    public StepKey With(string name, ContentHash content) => With(name, content.ToString());

    /// <summary>The key itself.</summary>
    public ContentHash ToHash() => ContentHash.Of(text.ToString());
}
