namespace LoraBuild.Tagging;

/// <summary>How a tagger runs. None of these changes a bit of the scores on a CPU.</summary>
public sealed record TaggerOptions
{
    /// <summary>How many pictures are read and tagged at once, each on one thread.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Threads inside of one run of the model (ONNX Runtime's intra-op threads). More than one pays only where there are fewer pictures than cores.</summary>
    public int IntraOpThreads { get; init; } = 1;

    /// <summary>Whether to use an NVIDIA GPU where this build and this machine have one.</summary>
    public bool UseGpu { get; init; } = true;
}
