using LoraBuild.Base.Randomness;
using LoraBuild.Diffusion.Layers;
using LoraBuild.Training.Adapters.Algorithms;

namespace LoraBuild.Training.Tests.Adapters;

/// <summary>Layers of a few channels, and adapters on them with all weights drawn at random.</summary>
internal static class SmallLayer
{
    public static TheoryData<string> Names => ["linear", "conv3x3", "conv3x3 stride 2", "conv1x1"];

    public static (AdaptableLayer Layer, Tensor Input) Create(string name)
    {
        var random = new CounterRandom(1);
        return name switch
        {
            "linear" => (new Linear(name, Gaussian(random, 20, 12), Gaussian(random, 20)), Gaussian(random, 2, 7, 12)),
            "conv3x3" => (new Conv2d(name, Gaussian(random, 10, 6, 3, 3), Gaussian(random, 10), padding: 1), Gaussian(random, 2, 6, 9, 5)),
            "conv3x3 stride 2" =>
                (new Conv2d(name, Gaussian(random, 10, 6, 3, 3), null, stride: 2, padding: 1), Gaussian(random, 2, 6, 8, 5)),
            _ => (new Conv2d(name, Gaussian(random, 10, 6, 1, 1), Gaussian(random, 10)), Gaussian(random, 2, 6, 4, 4)),
        };
    }

    /// <summary>Random tensors of these shapes, as leaves with gradients.</summary>
    public static Dictionary<string, Tensor> Weights(IReadOnlyList<AdapterFactor> factors)
    {
        var random = new CounterRandom(2);
        return factors.ToDictionary(factor => factor.Name, factor => Gaussian(random, [.. factor.Shape]).mul_(0.5).requires_grad_());
    }

    public static Tensor Gaussian(CounterRandom random, params long[] shape) =>
        tensor(random.NextGaussians((int)shape.Aggregate(1L, (product, side) => product * side)), dtype: ScalarType.Float32).view(shape);

    /// <summary>The output, and the gradients that the sum of its squares gives the input and the weights.</summary>
    public static List<Tensor> Evaluate(Tensor input, IEnumerable<Tensor> weights, Func<Tensor, Tensor> forward)
    {
        var x = input.clone().requires_grad_();
        var leaves = weights.ToList();
        foreach (var leaf in leaves)
            leaf.grad = null;
        var output = forward(x);
        (output * output).sum().backward();
        return [output.detach(), x.grad!.clone(), .. leaves.Select(leaf => leaf.grad!.clone())];
    }

    /// <summary>The greatest relative difference of any of the tensors.</summary>
    public static double Difference(List<Tensor> expected, List<Tensor> actual) => expected.Zip(actual, TestData.RelativeError).Max();
}
