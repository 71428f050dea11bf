using System.Globalization;

namespace LoraBuild.Settings;

/// <summary>A stretch of training: a number of optimizer steps, of epochs, or a share of the whole training.</summary>
/// <param name="Count">The number of epochs or steps; at least 0.</param>
/// <param name="InEpochs">True if <paramref name="Count"/> counts epochs.</param>
public readonly record struct TrainingLength(int Count, bool InEpochs)
{
    /// <summary>The share of the training, above 0 and below 1; then <see cref="Count"/> is 0. 0: the stretch is counted.</summary>
    public double Share { get; private init; }

    /// <summary>The same stretch in optimizer steps.</summary>
    /// <param name="stepsPerEpoch">EPOCH: the samples of an epoch over the batch size, rounded up.</param>
    /// <param name="totalSteps">The steps of the whole training; not looked at where the stretch is counted.</param>
    public int Steps(int stepsPerEpoch, int totalSteps = 0) =>
        Share > 0 ? (int)(Share * totalSteps) : InEpochs ? checked(Count * stepsPerEpoch) : Count;

    /// <summary>Reads <c>370</c> (steps), <c>1 epoch</c>, <c>10 epochs</c>, or a share of the whole: <c>0.1</c> or <c>10%</c>.</summary>
    public static bool TryParse(string text, out TrainingLength length)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var inEpochs = words is [_, "epoch" or "epochs"];
        var count = 0;
        var parsed = (inEpochs || words.Length == 1) && int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out count);
        length = new(count, inEpochs);
        if (parsed || words is not [var word])
            return parsed;
        var inPercent = word.EndsWith('%');
        var number = inPercent ? word[..^1] : word;
        parsed = double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share);
        length = new(0, false) { Share = inPercent ? share / 100 : share };
        return parsed && length.Share is > 0 and < 1;
    }

    /// <summary>The text that <see cref="TryParse"/> reads.</summary>
    public override string ToString() => this switch
    {
        { Share: > 0 } => Share.ToString(CultureInfo.InvariantCulture),
        { InEpochs: false } => Count.ToString(CultureInfo.InvariantCulture),
        { Count: 1 } => "1 epoch",
        _ => string.Create(CultureInfo.InvariantCulture, $"{Count} epochs"),
    };
}
