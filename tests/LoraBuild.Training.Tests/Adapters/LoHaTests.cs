using LoraBuild.Core.Randomness;
using LoraBuild.Diffusion.Layers;
using LoraBuild.Training.Adapters;

namespace LoraBuild.Training.Tests.Adapters;

public class LoHaTests
{
    public static TheoryData<string> Layers => ["linear", "conv3x3", "conv3x3 stride 2", "conv1x1"];

    [Theory]
    [MemberData(nameof(Layers))]
    public void Both_forms_give_the_output_and_gradients_of_the_definition(string kind)
    {
        using var scope = NewDisposeScope();
        var (layer, input) = Layer(kind);
        var expected = Evaluate(layer, input, (adapter, x) => layer.Apply(x, layer.Weight + Definition(adapter, layer), layer.Bias));

        foreach (var form in Enum.GetValues<LoHaForm>())
            Assert.True(Difference(expected, Evaluate(layer, input, (adapter, x) => adapter.Forward(layer, x), form)) < 2e-6);
    }

    [Fact]
    public void Strength_scales_the_change()
    {
        using var scope = NewDisposeScope();
        var (layer, input) = Layer("conv3x3");
        var adapter = Adapter(layer, LoHaForm.Factored);
        var frozen = layer.Apply(input);
        var full = adapter.Forward(layer, input) - frozen;
        adapter.Strength = 0.5;

        Assert.True(RelativeError(full * 0.5, adapter.Forward(layer, input) - frozen) < 1e-5);
        adapter.Strength = 0;
        Assert.True(adapter.Forward(layer, input).equal(frozen).all().item<bool>());
    }

    private static (AdaptableLayer Layer, Tensor Input) Layer(string kind)
    {
        var random = new CounterRandom(1);
        return kind switch
        {
            "linear" => (new Linear(kind, Gaussian(random, 20, 12), Gaussian(random, 20)), Gaussian(random, 2, 7, 12)),
            "conv3x3" => (new Conv2d(kind, Gaussian(random, 10, 6, 3, 3), Gaussian(random, 10), padding: 1), Gaussian(random, 2, 6, 9, 5)),
            "conv3x3 stride 2" => (new Conv2d(kind, Gaussian(random, 10, 6, 3, 3), null, stride: 2, padding: 1), Gaussian(random, 2, 6, 8, 5)),
            _ => (new Conv2d(kind, Gaussian(random, 10, 6, 1, 1), Gaussian(random, 10)), Gaussian(random, 2, 6, 4, 4)),
        };
    }

    private static Tensor Definition(LoHa adapter, AdaptableLayer layer) =>
        (adapter.W1A.matmul(adapter.W1B) * adapter.W2A.matmul(adapter.W2B) * (adapter.Alpha / adapter.Rank)).reshape(layer.Weight.shape);

    private static LoHa Adapter(AdaptableLayer layer, LoHaForm? form)
    {
        var random = new CounterRandom(2);
        var outputs = layer.Weight.shape[0];
        var inputs = layer.Weight.numel() / outputs;
        return new(
            Gaussian(random, outputs, 3).requires_grad_(), Gaussian(random, 3, inputs).requires_grad_(),
            Gaussian(random, outputs, 3).requires_grad_(), Gaussian(random, 3, inputs).requires_grad_(), alpha: 1.5, form);
    }

    private static List<Tensor> Evaluate(AdaptableLayer layer, Tensor input, Func<LoHa, Tensor, Tensor> forward, LoHaForm? form = null)
    {
        var adapter = Adapter(layer, form);
        var x = input.clone().requires_grad_();
        var output = forward(adapter, x);
        (output * output).sum().backward();
        return [output, x.grad!, adapter.W1A.grad!, adapter.W1B.grad!, adapter.W2A.grad!, adapter.W2B.grad!];
    }

    private static double Difference(List<Tensor> expected, List<Tensor> actual) => expected.Zip(actual, RelativeError).Max();

    private static double RelativeError(Tensor expected, Tensor actual) =>
        ((expected - actual).abs().max() / expected.abs().max()).item<float>();

    private static Tensor Gaussian(CounterRandom random, params long[] shape) =>
        tensor(random.NextGaussians((int)shape.Aggregate(1L, (product, side) => product * side)), dtype: ScalarType.Float32).view(shape);
}
