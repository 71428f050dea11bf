namespace LoraBuild.Core.Settings;

/// <summary>sd-scripts' <c>optimizer_type</c>.</summary>
public enum OptimizerType
{
    /// <summary><c>lion8bit</c>: Lion with its momentum kept in 8 bits, as bitsandbytes does it.</summary>
    Lion8bit,

    /// <summary><c>lion</c>: Lion (arXiv:2302.06675) with its momentum in 32 bits.</summary>
    Lion,

    /// <summary><c>adamw</c>: Adam with decoupled weight decay (arXiv:1711.05101).</summary>
    AdamW,
}
