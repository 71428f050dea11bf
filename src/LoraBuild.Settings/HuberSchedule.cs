namespace LoraBuild.Settings;

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
