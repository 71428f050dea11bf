namespace LoraBuild.Training.Adapters;

/// <summary>Where a network's adapters are in the training, which their dropouts are a function of.</summary>
public sealed class DropoutPlace
{
    /// <summary>The number of the pass through the models that is going on, from 0; null outside the training, where nothing is dropped.</summary>
    public long? Pass { get; set; }

    /// <summary>Where the samples that these models see begin in the batch.</summary>
    public int FirstSample { get; set; }
}
