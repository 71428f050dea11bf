namespace LoraBuild.Settings;

/// <summary>sd-scripts' <c>loss_type</c>: how far a prediction is from its target.</summary>
public enum LossType
{
    /// <summary><c>l2</c>: the squared difference.</summary>
    L2,

    /// <summary><c>l1</c>: the absolute difference.</summary>
    L1,

    /// <summary><c>huber</c>: about squared below a threshold c and linear above, 2c (sqrt(d^2 + c^2) - c).</summary>
    Huber,

    /// <summary><c>smooth_l1</c>: the same without the factor c.</summary>
    SmoothL1,
}

/// <summary>sd-scripts' <c>huber_schedule</c>: how the threshold of <see cref="LossType.Huber"/> depends on the timestep.</summary>
public enum HuberSchedule
{
    /// <summary><c>snr</c>: from about 1 at clean samples to <c>huber_c</c> at noise, by the signal-to-noise ratio.</summary>
    Snr,

    /// <summary><c>exponential</c>: falls from 1 to <c>huber_c</c> over the timesteps, times <c>huber_scale</c>.</summary>
    Exponential,

    /// <summary><c>constant</c>: <c>huber_c</c> times <c>huber_scale</c>.</summary>
    Constant,
}
