namespace LoraBuild.Settings;

/// <summary>The number format that training computes in, or that a file keeps.</summary>
public enum ModelPrecision
{
    /// <summary>32-bit floating point.</summary>
    Float32,

    /// <summary>IEEE 16-bit floating point: 5 bits of exponent, 10 of mantissa.</summary>
    Float16,

    /// <summary>bfloat16: 8 bits of exponent, 7 of mantissa.</summary>
    BFloat16,
}
