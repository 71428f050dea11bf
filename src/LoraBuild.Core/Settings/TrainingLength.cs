using System.Globalization;

namespace LoraBuild.Core.Settings;

/// <summary>A stretch of training: a number of optimizer steps, or of epochs.</summary>
/// <param name="Count">How many; at least 0.</param>
/// <param name="InEpochs">Whether <paramref name="Count"/> counts epochs.</param>
public readonly record struct TrainingLength(int Count, bool InEpochs)
{
    /// <summary>The same stretch in optimizer steps.</summary>
    /// <param name="stepsPerEpoch">EPOCH: the samples of an epoch over the batch size, rounded up.</param>
    public int Steps(int stepsPerEpoch) => InEpochs ? checked(Count * stepsPerEpoch) : Count;

    /// <summary>Reads <c>370</c> (steps), <c>1 epoch</c> or <c>10 epochs</c>.</summary>
    public static bool TryParse(string text, out TrainingLength length)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var inEpochs = words is [_, "epoch" or "epochs"];
        var count = 0;
        var parsed = (inEpochs || words.Length == 1) && int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out count);
        length = new(count, inEpochs);
        return parsed;
    }

    /// <summary>The text that <see cref="TryParse"/> reads.</summary>
    public override string ToString() => this switch
    {
        { InEpochs: false } => Count.ToString(CultureInfo.InvariantCulture),
        { Count: 1 } => "1 epoch",
        _ => string.Create(CultureInfo.InvariantCulture, $"{Count} epochs"),
    };
}
