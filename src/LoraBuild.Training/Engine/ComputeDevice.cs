using LoraBuild.Settings;

namespace LoraBuild.Training.Engine;

/// <summary>The device of a training or drawing, and the number format that models compute in there.</summary>
/// <param name="Device">A GPU, or the CPU.</param>
/// <param name="Precision">The number format: on a CPU 32 bits, which it is faster with than with <c>mixed_precision</c>.</param>
public sealed record ComputeDevice(Device Device, ModelPrecision Precision)
{
    /// <summary>The GPU where the engine finds one, with the settings' <c>mixed_precision</c>; else the CPU.</summary>
    public static ComputeDevice For(TrainingSettings settings) =>
        cuda.is_available() ? new(CUDA, settings.MixedPrecision) : new(CPU, ModelPrecision.Float32);

    /// <summary>The engine's name of <see cref="Precision"/>.</summary>
    public ScalarType Type => TypeOf(Precision);

    /// <summary>The engine's name of a number format.</summary>
    public static ScalarType TypeOf(ModelPrecision precision) => precision switch
    {
        ModelPrecision.Float16 => ScalarType.Float16,
        ModelPrecision.BFloat16 => ScalarType.BFloat16,
        _ => ScalarType.Float32,
    };

    /// <summary>The device and number format in words, for the log.</summary>
    /// <param name="wanted">The settings' <c>mixed_precision</c>.</param>
    public string Describe(ModelPrecision wanted) => $"on the {(Device.type == DeviceType.CUDA ? "GPU" : "CPU")} in " + Precision switch
    {
        ModelPrecision.Float32 when wanted != ModelPrecision.Float32 => "32 bits, which a CPU is faster with than with mixed_precision.",
        ModelPrecision.Float32 => "32 bits.",
        ModelPrecision.BFloat16 => "bfloat16.",
        _ => "16 bits.",
    };
}
