namespace LoraBuild.Settings;

/// <summary>sd-scripts' <c>optimizer_type</c>.</summary>
public enum OptimizerType
{
    /// <summary><c>lion8bit</c>: Lion with its momentum kept in 8 bits, as bitsandbytes does it.</summary>
    Lion8bit,

    /// <summary><c>lion</c>: Lion (arXiv:2302.06675) with its momentum in 32 bits.</summary>
    Lion,

    /// <summary><c>adamw</c>: Adam with decoupled weight decay (arXiv:1711.05101).</summary>
    AdamW,

    /// <summary><c>adamw8bit</c>: the same with both running averages kept in 8 bits, as bitsandbytes does it.</summary>
    AdamW8bit,

    /// <summary><c>prodigy</c>: Adam that finds its own learning rate (arXiv:2306.06101); rates are factors of it, usually 1.</summary>
    Prodigy,

    /// <summary><c>adafactor</c>: Adam with the squares' averages factored into rows and columns (arXiv:1804.04235), as transformers does it.</summary>
    Adafactor,

    /// <summary><c>adamwschedulefree</c>: AdamW that averages its weights instead of lowering the rate (arXiv:2405.15682); no schedule counts.</summary>
    AdamWScheduleFree,
}
