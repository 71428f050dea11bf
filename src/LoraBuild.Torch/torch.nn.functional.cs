namespace LoraBuild.Torch;

public static partial class torch
{
    /// <summary>Neural networks.</summary>
    public static partial class nn
    {
        /// <summary>The layers as functions of their weights.</summary>
        public static partial class functional
        {
            /// <summary>[..., in] x [out, in] -> [..., out].</summary>
            public static Tensor linear(Tensor input, Tensor weights, Tensor? bias = null) => Aten.linear.Call(input, weights, bias);

            /// <summary>[n, in, h, w] x [out, in / groups, kh, kw] -> [n, out, h', w'].</summary>
            public static Tensor conv2d(
                Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, long[]? padding = null, long[]? dilation = null,
                long groups = 1) =>
                Aten.conv2d.Call(input, weight, bias, strides ?? [1, 1], padding ?? [0, 0], dilation ?? [1, 1], groups);

            public static Tensor group_norm(
                Tensor input, long num_groups, Tensor? weight = null, Tensor? bias = null, double eps = 1e-05) =>
                Aten.group_norm.Call(input, num_groups, weight, bias, eps);

            public static Tensor layer_norm(
                Tensor input, long[] normalized_shape, Tensor? weight = null, Tensor? bias = null, double eps = 1e-05) =>
                Aten.layer_norm.Call(input, normalized_shape, weight, bias, eps);

            public static Tensor relu(Tensor x, bool inplace = false) => inplace ? x.relu_() : x.relu();

            public static Tensor silu(Tensor x, bool inplace = false) => inplace ? x.silu_() : x.silu();

            public static Tensor gelu(Tensor x) => x.gelu();

            public static Tensor dropout(Tensor input, double p = 0.5, bool training = true, bool inplace = false) =>
                inplace ? Aten.dropout_.InPlace(input, p, training) : Aten.dropout.Call(input, p, training);

            public static Tensor avg_pool2d(
                Tensor input, long kernel_size, long? stride = null, long padding = 0, bool ceil_mode = false,
                bool count_include_pad = true, long? divisor_override = null) =>
                Aten.avg_pool2d.Call(
                    input, new[] { kernel_size, kernel_size }, stride is { } s ? [s, s] : Array.Empty<long>(),
                    new[] { padding, padding }, ceil_mode, count_include_pad, divisor_override);

            /// <summary>Brings [n, c, h, w] to a size by averaging the area that each new place stands for.</summary>
            public static Tensor adaptive_avg_pool2d(Tensor input, long[] output_size) => Aten.adaptive_avg_pool2d.Call(input, output_size);

            /// <summary>[n, c, h, w] -> [n, c * kernel * kernel, places]: what the kernel sees at each of its places.</summary>
            public static Tensor unfold(Tensor input, long kernel_size, long dilation = 1, long padding = 0, long stride = 1) =>
                Aten.im2col.Call(
                    input, new[] { kernel_size, kernel_size }, new[] { dilation, dilation }, new[] { padding, padding },
                    new[] { stride, stride });

            /// <summary>
            /// The transpose of <see cref="unfold"/>: [n, c * kernel * kernel, places] -> [n, c, h, w], where overlapping values add up.
            /// </summary>
            public static Tensor fold(
                Tensor input, (long, long) output_size, (long, long) kernel_size, (long, long)? dilation = null,
                (long, long)? padding = null,
                (long, long)? stride = null)
            {
                return Aten.col2im.Call(
                    input, Pair(output_size), Pair(kernel_size), Pair(dilation ?? (1, 1)), Pair(padding ?? (0, 0)), Pair(stride ?? (1, 1)));

                static long[] Pair((long First, long Second) pair) => [pair.First, pair.Second];
            }

            /// <summary>
            /// Puts zeros around: <paramref name="pad"/> is (before, after) of the last dimension, then of the one before it, ...
            /// </summary>
            public static Tensor pad(Tensor input, ReadOnlySpan<long> pad) => Aten.constant_pad_nd.Call(input, pad, 0.0);

            /// <summary>[n, c, h, w] -> [n, c, size].</summary>
            public static Tensor interpolate(
                Tensor x, long[] size, InterpolationMode mode = InterpolationMode.Nearest, bool? align_corners = null)
            {
                var align = align_corners ?? false;
                return mode switch
                {
                    InterpolationMode.Nearest => Aten.upsample_nearest2d.Call(x, size, Value.None),
                    InterpolationMode.Bilinear => Aten.upsample_bilinear2d.Call(x, size, align, Value.None),
                    InterpolationMode.Bicubic => Aten.upsample_bicubic2d.Call(x, size, align, Value.None),
                    _ => throw new NotSupportedException($"interpolate has no mode {mode}."),
                };
            }
        }
    }
}
