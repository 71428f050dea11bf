using LoraBuild.Torch.Interop;

namespace LoraBuild.Torch;

public static partial class torch
{
    /// <summary>Neural networks.</summary>
    public static partial class nn
    {
        /// <summary>What a loss makes of its elements.</summary>
        public enum Reduction : long
        {
            None = 0,
            Mean = 1,
            Sum = 2,
        }

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

            public static Tensor conv1d(
                Tensor input, Tensor weight, Tensor? bias = null, long? stride = null, long? padding = null, long? dilation = null,
                long groups = 1) =>
                Aten.conv1d.Call(input, weight, bias, new[] { stride ?? 1 }, new[] { padding ?? 0 }, new[] { dilation ?? 1 }, groups);

            public static Tensor group_norm(
                Tensor input, long num_groups, Tensor? weight = null, Tensor? bias = null, double eps = 1e-05) =>
                Aten.group_norm.Call(input, num_groups, weight, bias, eps);

            public static Tensor layer_norm(
                Tensor input, long[] normalized_shape, Tensor? weight = null, Tensor? bias = null, double eps = 1e-05) =>
                Aten.layer_norm.Call(input, normalized_shape, weight, bias, eps);

            public static Tensor relu(Tensor x, bool inplace = false) => inplace ? x.relu_() : x.relu();

            public static Tensor silu(Tensor x, bool inplace = false) => inplace ? x.silu_() : x.silu();

            public static Tensor gelu(Tensor x) => x.gelu();

            public static Tensor sigmoid(Tensor x) => x.sigmoid();

            public static Tensor softmax(Tensor input, long dim, ScalarType? dtype = null) => input.softmax(dim, dtype);

            public static Tensor log_softmax(Tensor x, long dim) => x.log_softmax(dim);

            public static Tensor dropout(Tensor input, double p = 0.5, bool training = true, bool inplace = false) =>
                inplace ? Aten.dropout_.InPlace(input, p, training) : Aten.dropout.Call(input, p, training);

            public static Tensor normalize(Tensor input, double p = 2, long dim = 1, double eps = 1e-12) =>
                input / Aten.norm_dim.Call(input, p, new[] { dim }, true).clamp_min(eps).expand_as(input);

            public static Tensor mse_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean) =>
                Aten.mse_loss.Call(input, target, (long)reduction);

            public static Tensor l1_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean) =>
                Aten.l1_loss.Call(input, target, (long)reduction);

            public static Tensor smooth_l1_loss(
                Tensor input, Tensor target, Reduction reduction = Reduction.Mean, double beta = 1) =>
                Aten.smooth_l1_loss.Call(input, target, (long)reduction, beta);

            public static Tensor huber_loss(Tensor input, Tensor target, double delta = 1, Reduction reduction = Reduction.Mean) =>
                Aten.huber_loss.Call(input, target, (long)reduction, delta);

            public static Tensor one_hot(Tensor x, long num_classes = -1) => Aten.one_hot.Call(x, num_classes);

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
                    input, new[] { kernel_size, kernel_size }, new[] { dilation, dilation }, new[] { padding, padding }, new[] { stride, stride });

            /// <summary>The transpose of <see cref="unfold"/>: [n, c * kernel * kernel, places] -> [n, c, h, w], where overlapping values add up.</summary>
            public static Tensor fold(
                Tensor input, (long, long) output_size, (long, long) kernel_size, (long, long)? dilation = null, (long, long)? padding = null,
                (long, long)? stride = null)
            {
                return Aten.col2im.Call(input, Pair(output_size), Pair(kernel_size), Pair(dilation ?? (1, 1)), Pair(padding ?? (0, 0)), Pair(stride ?? (1, 1)));

                static long[] Pair((long First, long Second) pair) => [pair.First, pair.Second];
            }

            /// <summary>Pads: <paramref name="pad"/> is (before, after) of the last dimension, then of the one before it, ...</summary>
            public static Tensor pad(
                Tensor input, long[] pad, PaddingModes mode = PaddingModes.Constant, double value = 0) =>
                mode is PaddingModes.Constant or PaddingModes.Zeros
                    ? Aten.constant_pad_nd.Call(input, pad, value)
                    : Aten.pad.Call(input, pad, mode.ToString().ToLowerInvariant(), Value.None);

            /// <inheritdoc cref="pad(Tensor, long[], PaddingModes, double)"/>
            public static Tensor pad(
                Tensor input, ReadOnlySpan<long> pad, PaddingModes mode = PaddingModes.Constant, double value = 0) =>
                functional.pad(input, pad.ToArray(), mode, value);

            /// <summary>Resizes [n, c, h, w] (or [n, c, w] by nearest neighbour) to a size, or by one scale a dimension.</summary>
            public static Tensor interpolate(
                Tensor x, long[]? size = null, double[]? scale_factor = null, InterpolationMode mode = InterpolationMode.Nearest,
                bool? align_corners = null, bool recompute_scale_factor = false, bool antialias = false)
            {
                if ((size is null) == (scale_factor is null))
                    throw new ArgumentException("interpolate takes either a size or a scale_factor.");
                var scales = scale_factor;
                if (scale_factor is { Length: 1 } && x.ndim > 3)
                    scales = [scale_factor[0], scale_factor[0]];
                if (scales is not null && recompute_scale_factor)
                    (size, scales) = ([.. scales.Select((scale, i) => (long)Math.Floor(x.shape[i + 2] * scale))], null);
                var align = align_corners ?? false;
                return (mode, x.ndim) switch
                {
                    (InterpolationMode.Nearest, 3) => Aten.upsample_nearest1d.Call(x, size, scales),
                    (InterpolationMode.Nearest, 4) => Aten.upsample_nearest2d.Call(x, size, scales),
                    (InterpolationMode.NearestExact, 4) => Aten._upsample_nearest_exact2d.Call(x, size, scales),
                    (InterpolationMode.Bilinear, 4) when antialias => Aten._upsample_bilinear2d_aa.Call(x, size, align, scales),
                    (InterpolationMode.Bilinear, 4) => Aten.upsample_bilinear2d.Call(x, size, align, scales),
                    (InterpolationMode.Bicubic, 4) when antialias => Aten._upsample_bicubic2d_aa.Call(x, size, align, scales),
                    (InterpolationMode.Bicubic, 4) => Aten.upsample_bicubic2d.Call(x, size, align, scales),
                    _ => throw new NotSupportedException($"interpolate has no mode {mode} for {x.ndim} dimensions."),
                };
            }
        }
    }
}
