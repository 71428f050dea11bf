namespace LoraBuild.Settings;

/// <summary>sd-scripts' <c>lr_scheduler</c>. Every schedule but <see cref="Constant"/> first rises from 0 over the warm-up steps.</summary>
public enum LearningRateSchedule
{
    /// <summary><c>cosine_with_restarts</c>: falls to 0 along a half cosine, <c>lr_scheduler_num_cycles</c> times.</summary>
    CosineWithRestarts,

    /// <summary><c>cosine</c>: falls to 0 along a half cosine, once.</summary>
    Cosine,

    /// <summary>
    /// <c>cosine_with_min_lr</c>: goes along <c>lr_scheduler_num_cycles</c> half cosines down to <c>lr_scheduler_min_lr_ratio</c> and up
    /// from it.
    /// </summary>
    CosineWithMinLr,

    /// <summary><c>linear</c>: falls to 0 along a straight line.</summary>
    Linear,

    /// <summary><c>polynomial</c>: falls to a rate of 1e-7 along a power of the steps that are left, <c>lr_scheduler_power</c>.</summary>
    Polynomial,

    /// <summary><c>inverse_sqrt</c>: falls with the root of the steps since the warm-up, over <c>lr_scheduler_timescale</c>.</summary>
    InverseSqrt,

    /// <summary>
    /// <c>warmup_stable_decay</c>: stays at its height and falls over the last <c>lr_decay_steps</c> to
    /// <c>lr_scheduler_min_lr_ratio</c>, from which it also rises at first.
    /// </summary>
    WarmupStableDecay,

    /// <summary><c>constant_with_warmup</c>: stays at its height after the warm-up.</summary>
    ConstantWithWarmup,

    /// <summary><c>constant</c>: the same throughout, without a warm-up.</summary>
    Constant,
}
