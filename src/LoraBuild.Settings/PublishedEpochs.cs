using System.Globalization;
using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Settings;

/// <summary>
/// The epochs whose LoRAs a release has besides the finished one: <c>last</c> none, <c>all</c>, or those of a list such as <c>3,7</c>.
/// </summary>
public sealed class PublishedEpochs
{
    private readonly string text;

    private PublishedEpochs(string text, IReadOnlyList<int> epochs) => (this.text, Epochs) = (text, epochs);

    /// <summary>None.</summary>
    public static PublishedEpochs Last { get; } = new("last", []);

    /// <summary>True if all that there are are wanted, those of steps too.</summary>
    public bool AreAll => text == "all";

    /// <summary>The numbers of the list, each from 1; empty where there is none.</summary>
    public IReadOnlyList<int> Epochs { get; }

    /// <summary>Reads a value; null where it is none of what it may be.</summary>
    public static PublishedEpochs? TryParse(string value)
    {
        if (value is "last" or "all")
            return new(value, []);
        var epochs = new List<int>();
        foreach (var part in value.Split([',', ';'], StringSplitOptions.TrimEntries))
        {
            if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var epoch) || epoch == 0)
                return null;
            epochs.Add(epoch);
        }

        return new(value, epochs);
    }

    /// <summary>LB1017 for each epoch of the list of which the training will write no file, as far as its settings tell.</summary>
    /// <param name="settings">The training's settings.</param>
    public IEnumerable<Diagnostic> WithoutFile(TrainingSettings settings)
    {
        var last = settings.MaxTrainEpochs ?? (settings.MaxTrainSteps.InEpochs ? settings.MaxTrainSteps.Count : int.MaxValue);
        foreach (var epoch in Epochs)
        {
            var reason = epoch == last ? "it is the last one, which is the LoRA itself. Leave it away."
                : epoch > last ? $"the training has {last}. Name an earlier one, or train longer."
                : settings.SaveEveryNEpochs == 0 ? $"{Options.SaveEveryNEpochs} is 0, so that no epoch has a file. Set it to 1."
                : epoch % settings.SaveEveryNEpochs != 0 ? $"{Options.SaveEveryNEpochs} is {settings.SaveEveryNEpochs}, so that it has no "
                    + "file. Name another epoch, or set that to 1."
                : null;
            if (reason is not null)
            {
                yield return new(
                    DiagnosticCode.NothingToPublish, Severity.Error, $"{Options.PublishEpochs} names epoch {epoch}, but {reason}");
            }
        }
    }

    /// <inheritdoc/>
    public override string ToString() => text;
}
