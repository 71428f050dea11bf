using System.Globalization;

namespace LoraBuild.Settings;

/// <summary>A stretch of training: a number of optimizer steps, of epochs, or a share of the whole training.</summary>
/// <param name="Count">The number of epochs or steps; at least 0.</param>
/// <param name="InEpochs">True if <paramref name="Count"/> counts epochs.</param>
public readonly record struct TrainingLength(int Count, bool InEpochs)
{
    /// <summary>The most steps that a training takes.</summary>
    public const int MostSteps = 100_000_000;

    /// <summary>The most epochs that a stretch is given in.</summary>
    public const int MostEpochs = 100_000;

    private const string Automatically = "auto";

    /// <summary>One epoch, but at most half of the training: a short one is not all warm-up.</summary>
    public static TrainingLength Automatic { get; } = new(1, InEpochs: true) { IsAutomatic = true };

    /// <summary>True if it is <see cref="Automatic"/>.</summary>
    public bool IsAutomatic { get; private init; }

    /// <summary>The share of the training, above 0 and below 1; then <see cref="Count"/> is 0. 0: the stretch is counted.</summary>
    public double Share { get; private init; }

    /// <summary>The same stretch in optimizer steps, which may be more than <see cref="MostSteps"/> where it is given in epochs.</summary>
    /// <param name="stepsPerEpoch">EPOCH: the samples of an epoch over the batch size, rounded up.</param>
    /// <param name="totalSteps">The steps of the whole training; not looked at where the stretch is counted.</param>
    public long Steps(int stepsPerEpoch, long totalSteps = 0)
    {
        if (Share > 0)
            return (long)(Share * totalSteps);
        var steps = InEpochs ? (long)Count * stepsPerEpoch : Count;
        return IsAutomatic ? Math.Min(steps, totalSteps / 2) : steps;
    }

    /// <summary>
    /// Reads <c>370</c> (steps), <c>1 epoch</c>, <c>10 epochs</c>, <c>auto</c>, or a share of the whole: <c>0.1</c> or <c>10%</c>. Not more
    /// than <see cref="MostSteps"/> or <see cref="MostEpochs"/>.
    /// </summary>
    public static bool TryParse(string text, out TrainingLength length)
    {
        if (text.Equals(Automatically, StringComparison.OrdinalIgnoreCase))
        {
            length = Automatic;
            return true;
        }

        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var inEpochs = words is [_, "epoch" or "epochs"];
        var count = 0;
        var parsed = (inEpochs || words.Length == 1) && int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out count);
        parsed = parsed && count <= (inEpochs ? MostEpochs : MostSteps);
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
        { IsAutomatic: true } => Automatically,
        { Share: > 0 } => Share.ToString(CultureInfo.InvariantCulture),
        { InEpochs: false } => Count.ToString(CultureInfo.InvariantCulture),
        { Count: 1 } => "1 epoch",
        _ => string.Create(CultureInfo.InvariantCulture, $"{Count} epochs"),
    };
}
