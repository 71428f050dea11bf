using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>A task that is told what to train and how: to train it, to write it down for sd-scripts, or to hand it on.</summary>
public abstract class TrainingTask : BaseModelTask
{
    /// <summary>The dataset folder with its <c>dataset.json</c>.</summary>
    [Required]
    public string DatasetFolder { get; set; } = "";

    /// <summary>The LoRA's file name without extension.</summary>
    [Required]
    public string OutputName { get; set; } = "";
}
