using LoraBuild.Base.Randomness;
using LoraBuild.Diffusion.Layers;
using LoraBuild.Training.Adapters.Acceleration;
using LoraBuild.Training.Adapters.Algorithms;

namespace LoraBuild.Training.Tests.Adapters;

public class LoHaTests
{
    [Theory]
    [MemberData(nameof(SmallLayer.Names), MemberType = typeof(SmallLayer))]
    public void The_formula_and_both_forms_give_the_output_and_gradients_of_the_definition(string kind)
    {
        using var scope = NewDisposeScope();
        var (layer, input) = SmallLayer.Create(kind);
        var change = Change(layer);
        Tensor[] weights = [change.W1A, change.W1B, change.W2A, change.W2B];
        var expected = SmallLayer.Evaluate(input, weights, x => layer.Apply(x, layer.Weight + Definition(change, layer), layer.Bias));

        Assert.True(SmallLayer.Difference(expected, SmallLayer.Evaluate(input, weights, x => change.Forward(layer, x))) < 2e-6);
        foreach (var form in Enum.GetValues<LoHaForm>())
        {
            var accelerated = new AcceleratedLoHa(change, form);
            Assert.True(SmallLayer.Difference(expected, SmallLayer.Evaluate(input, weights, x => accelerated.Forward(layer, x))) < 2e-6);
        }
    }

    [Theory]
    [MemberData(nameof(SmallLayer.Names), MemberType = typeof(SmallLayer))]
    public void The_product_of_the_factors_is_the_change_and_its_length_the_norm(string kind)
    {
        using var scope = NewDisposeScope();
        var (layer, _) = SmallLayer.Create(kind);
        var change = Change(layer);
        var expected = Definition(change, layer);

        var (down, up) = LoHa.Product(change.W1A, change.W1B, change.W2A, change.W2B, change.Scale);

        Assert.True(TestData.RelativeError(expected, change.WeightChange(layer)) < 1e-6);
        Assert.True(TestData.RelativeError(expected, up.matmul(down).view(layer.Weight.shape)) < 1e-6);
        Assert.Equal(expected.norm().item<float>(), change.Norm(), 1e-5);
    }

    [Fact]
    public void Strength_scales_the_change()
    {
        using var scope = NewDisposeScope();
        var (layer, input) = SmallLayer.Create("conv3x3");
        var adapter = new AcceleratedLoHa(Change(layer), LoHaForm.Factored);
        var frozen = layer.Apply(input);
        var full = adapter.Forward(layer, input) - frozen;
        adapter.Strength = 0.5;

        Assert.True(TestData.RelativeError(full * 0.5, adapter.Forward(layer, input) - frozen) < 1e-5);
        adapter.Strength = 0;
        Assert.True(adapter.Forward(layer, input).equal(frozen).all().item<bool>());
    }

    private static Tensor Definition(LoHaChange change, AdaptableLayer layer) =>
        (change.W1A.matmul(change.W1B) * change.W2A.matmul(change.W2B) * (1.5 / change.Rank)).reshape(layer.Weight.shape);

    private static LoHaChange Change(AdaptableLayer layer)
    {
        var random = new CounterRandom(2);
        var outputs = layer.Weight.shape[0];
        var inputs = layer.Weight.numel() / outputs;
        return new(Leaf(outputs, 3), Leaf(3, inputs), Leaf(outputs, 3), Leaf(3, inputs), scale: 1.5 / 3);

        Tensor Leaf(long rows, long columns) => SmallLayer.Gaussian(random, rows, columns).requires_grad_();
    }
}
