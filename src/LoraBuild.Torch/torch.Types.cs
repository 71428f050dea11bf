using System.Globalization;

namespace LoraBuild.Torch;

/// <summary>
/// Tensors and the functions over them, with TorchSharp's names, so that one source compiles against either. Functions mean what
/// PyTorch documents under the same name; only what differs or can surprise is documented here. What TorchSharp 0.107 lacks or gets
/// wrong (functional.embedding, baddbmm) is left out, so that no shared source comes to need it.
/// </summary>
public static partial class torch
{
    /// <summary>Element types, numbered as libtorch numbers them.</summary>
    public enum ScalarType : sbyte
    {
        Byte = 0,
        Int8 = 1,
        Int16 = 2,
        Int32 = 3,
        Int64 = 4,
        Float16 = 5,
        Float32 = 6,
        Float64 = 7,
        ComplexFloat32 = 9,
        ComplexFloat64 = 10,
        Bool = 11,
        BFloat16 = 15,
    }

    /// <summary>The rounding of a division's quotient.</summary>
    public enum RoundingMode
    {
        None,
        trunc,
        floor,
    }

    /// <summary>The way to values between pixels in <see cref="nn.functional.interpolate"/>.</summary>
    public enum InterpolationMode
    {
        Nearest,
        Bilinear,
        Bicubic,
    }

    public static readonly Device CPU = new(DeviceType.CPU);

    public static readonly Device META = new(DeviceType.META);

    public static Device CUDA { get; } = new(DeviceType.CUDA);

    public static Device device(string description) => new(description);

    public static bool is_floating_point(ScalarType type) =>
        type is ScalarType.Float16 or ScalarType.Float32 or ScalarType.Float64 or ScalarType.BFloat16;

    public static bool is_integral(ScalarType type) => type is >= ScalarType.Byte and <= ScalarType.Int64 or ScalarType.Bool;

    /// <summary>A processor that tensors live on: <c>cpu</c>, <c>cuda</c>, <c>cuda:1</c>.</summary>
    public sealed class Device : IEquatable<Device>
    {
        public Device(string description)
            : this(Parse(description, out var index), index)
        {
        }

        public Device(DeviceType deviceType, int index = -1)
        {
            type = deviceType;
            this.index = deviceType == DeviceType.CPU ? -1 : index;
        }

        public DeviceType type { get; }

        /// <summary>The device's number within its type; -1 for the current one.</summary>
        public int index { get; }

        internal long Bits => (long)type << 32 | (uint)index;

        public bool Equals(Device? other) => other is not null && type == other.type && index == other.index;

        public override bool Equals(object? obj) => Equals(obj as Device);

        public override int GetHashCode() => HashCode.Combine(type, index);

        public override string ToString() => type.ToString().ToLowerInvariant() + (index < 0 ? "" : $":{index}");

        private static DeviceType Parse(string description, out int index)
        {
            var parts = description.Split(':');
            index = -1;
            if (parts.Length > 2
                || !Enum.TryParse<DeviceType>(parts[0], ignoreCase: true, out var type)
                || (parts.Length == 2 && !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out index)))
                throw new ArgumentException($"'{description}' is not a device: write cpu, cuda or cuda:0.", nameof(description));
            return type;
        }
    }
}
