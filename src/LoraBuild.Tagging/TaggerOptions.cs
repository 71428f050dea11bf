namespace LoraBuild.Tagging;

/// <summary>Threads, batch and device of a model. None of these changes a bit of the scores on a CPU.</summary>
public sealed record TaggerOptions
{
    /// <summary>The number of pictures that are read, and on a CPU tagged, at once, each on one thread.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>
    /// Threads inside of one run of the model (ONNX Runtime's intra-op threads). More than one pays only where there are fewer pictures
    /// than cores.
    /// </summary>
    public int IntraOpThreads { get; init; } = 1;

    /// <summary>
    /// The number of pictures in a run, where the model takes more than one. 0: one on a CPU, where more bring nothing, and some on a GPU.
    /// The last run is filled up, so that every run has the same shape.
    /// </summary>
    public int BatchSize { get; init; }

    /// <summary>True to use an NVIDIA GPU where this build and this machine have one.</summary>
    public bool UseGpu { get; init; } = true;
}
