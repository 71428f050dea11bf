using LoraBuild.Diffusion.Layers;
using LoraBuild.Training.Adapters;

namespace LoraBuild.Benchmarks.Training;

/// <summary>
/// A LoHa whose change of the weight is made in full and added to the frozen one, and on the way back its gradient in full, from which
/// those of the factors follow, as in LyCORIS' <c>HadaWeight</c> (<c>lycoris/functional/loha.py</c>). LyCORIS itself computes the layer's
/// product with the frozen weight and with the change, one after the other.
/// </summary>
internal sealed class PlainLoHa(AdapterModule adapter) : ILayerAdapter
{
    /// <inheritdoc/>
    public Tensor Forward(AdaptableLayer layer, Tensor input)
    {
        using var scope = NewDisposeScope();
        var (w1A, w1B) = (adapter.Factors["hada_w1_a"], adapter.Factors["hada_w1_b"]);
        var (w2A, w2B) = (adapter.Factors["hada_w2_a"], adapter.Factors["hada_w2_b"]);
        var change = WeightChange.apply(w1A, w1B, w2A, w2B, adapter.Alpha / w1B.shape[0]);
        var weight = layer.Weight + change.view(layer.Weight.shape).to_type(layer.Weight.dtype);
        return (layer is Conv2d convolution
            ? functional.conv2d(
                input, weight, layer.Bias, strides: [convolution.Stride, convolution.Stride],
                padding: [convolution.Padding, convolution.Padding])
            : functional.linear(input, weight, layer.Bias)).MoveToOuterDisposeScope();
    }

    private sealed class WeightChange : autograd.SingleTensorFunction<WeightChange>
    {
        public override string Name => nameof(WeightChange);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var (w1A, w1B, w2A, w2B, scale) = ((Tensor)vars[0], (Tensor)vars[1], (Tensor)vars[2], (Tensor)vars[3], (double)vars[4]);
            ctx.save_for_backward([w1A, w1B, w2A, w2B]);
            ctx.save_data("scale", scale);
            return w1A.matmul(w1B) * w2A.matmul(w2B) * scale;
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            var saved = ctx.get_saved_variables();
            var (w1A, w1B, w2A, w2B) = (saved[0], saved[1], saved[2], saved[3]);
            var gradient = grad_output * (double)ctx.get_data("scale");
            var first = gradient * w2A.matmul(w2B);
            var (grad1A, grad1B) = (first.matmul(w1B.t()), w1A.t().matmul(first));
            var second = gradient * w1A.matmul(w1B);
            var (grad2A, grad2B) = (second.matmul(w2B.t()), w2A.t().matmul(second));
            return [grad1A, grad1B, grad2A, grad2B, null!];
        }
    }
}
