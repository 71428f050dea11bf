namespace LoraBuild.Core.Settings;

/// <summary>sd-scripts' <c>lr_scheduler</c>. Every schedule but <see cref="Constant"/> first rises from 0 over the warm-up steps.</summary>
public enum LearningRateSchedule
{
    /// <summary><c>cosine_with_restarts</c>: falls to 0 along a half cosine, <c>lr_scheduler_num_cycles</c> times.</summary>
    CosineWithRestarts,

    /// <summary><c>cosine</c>: falls to 0 along a half cosine, once.</summary>
    Cosine,

    /// <summary><c>linear</c>: falls to 0 along a straight line.</summary>
    Linear,

    /// <summary><c>constant_with_warmup</c>: stays at its height after the warm-up.</summary>
    ConstantWithWarmup,

    /// <summary><c>constant</c>: the same throughout, without a warm-up.</summary>
    Constant,
}
