using LoraBuild.Training.Parameters;

namespace LoraBuild.MiniWorld.Training;

/// <summary>
/// The miniature tagger: a few convolutions with batch normalisation (Ioffe and Szegedy, arXiv:1502.03167) on a picture of 224 x 224, then
/// the mean and the maximum of each channel.
/// </summary>
internal sealed class TaggerNetwork : IDisposable
{
    /// <summary>
    /// The side of what the network sees; the model's input is <see cref="Pooled"/> times that, and averaged. Of a whole girl on a picture
    /// of half the size, a choker would be a pixel high.
    /// </summary>
    public const int Side = 224;

    /// <summary>How many pixels of the input become one, each way.</summary>
    public const int Pooled = 2;

    private const double Epsilon = 1e-5, Momentum = 0.05;
    private const float FirstBias = -2;

    /// <summary>The convolutions, in order: name, inputs, outputs, kernel, stride.</summary>
    public static readonly IReadOnlyList<(string Name, long Inputs, long Outputs, long Kernel, long Stride)> Convolutions =
    [
        ("c0", 3, 16, 5, 2), ("c1", 16, 32, 3, 2), ("c2", 32, 48, 3, 2), ("r1.a", 48, 48, 3, 1), ("r1.b", 48, 48, 3, 1),
        ("c3", 48, 96, 3, 2),
        ("r2.a", 96, 96, 3, 1), ("r2.b", 96, 96, 3, 1), ("c4", 96, 128, 1, 1),
    ];

    private readonly Dictionary<string, (Tensor Mean, Tensor Variance)> statistics = [];

    /// <summary>A network before any training.</summary>
    public TaggerNetwork(int labels, long seed, Device device)
    {
        List<(string Name, long[] Shape)> shapes = [("fc.weight", [labels, 2 * Convolutions[^1].Outputs]), ("fc.bias", [labels])];
        foreach (var (name, inputs, outputs, kernel, _) in Convolutions)
        {
            shapes.AddRange([($"{name}.weight", [outputs, inputs, kernel, kernel]), ($"{name}.gain.weight", [outputs]), (
                $"{name}.gain.bias", [outputs])]);
            statistics[name] =
                (zeros(outputs, device: device).DetachFromDisposeScope(), ones(outputs, device: device).DetachFromDisposeScope());
        }
        Parameters =
            new ParameterBuffer([.. shapes.Select(shape => new ParameterShape(shape.Name, TrainedModel.Denoiser, shape.Shape))], device);
        using var ungraded = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (name, shape) in shapes)
            Parameters[name].copy_(FirstWeights.Of(name, shape, seed));
        Parameters["fc.bias"].fill_(FirstBias);
    }

    /// <summary>The weights.</summary>
    public ParameterBuffer Parameters { get; }

    /// <summary>The labels' logits.</summary>
    /// <param name="pictures">[batch, 3, 224, 224], blue first, 0..255.</param>
    /// <param name="isTraining">Normalise by the batch, and remember its statistics, rather than by what is remembered.</param>
    /// <returns>[batch, labels].</returns>
    public Tensor Forward(Tensor pictures, bool isTraining)
    {
        using var scope = NewDisposeScope();
        var x = (pictures / 127.5) - 1;
        x = functional.relu(Convolve(x, 0, isTraining));
        x = functional.relu(Convolve(x, 1, isTraining));
        x = Residual(functional.relu(Convolve(x, 2, isTraining)), 3, isTraining);
        x = Residual(functional.relu(Convolve(x, 5, isTraining)), 6, isTraining);
        x = functional.relu(Convolve(x, 8, isTraining));
        var both = cat([x.mean([2, 3]), x.amax([2, 3])], 1);
        return functional.linear(both, Parameters["fc.weight"], Parameters["fc.bias"]).MoveToOuterDisposeScope();
    }

    /// <summary>A convolution's weight and bias with its normalisation folded in.</summary>
    public (Tensor Weight, Tensor Bias) Folded(string name)
    {
        using var ungraded = no_grad();
        using var scope = NewDisposeScope();
        var (mean, variance) = statistics[name];
        var scale = Parameters[$"{name}.gain.weight"] * (variance + Epsilon).rsqrt();
        return scope.MoveToOuter(Parameters[$"{name}.weight"] * scale.view(-1, 1, 1, 1), Parameters[$"{name}.gain.bias"] - (mean * scale));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Parameters.Dispose();
        foreach (var (mean, variance) in statistics.Values)
        {
            mean.Dispose();
            variance.Dispose();
        }
    }

    private Tensor Residual(Tensor input, int first, bool isTraining) =>
        functional.relu(input + Convolve(functional.relu(Convolve(input, first, isTraining)), first + 1, isTraining));

    private Tensor Convolve(Tensor input, int index, bool isTraining)
    {
        var (name, _, _, kernel, stride) = Convolutions[index];
        var output = functional.conv2d(input, Parameters[$"{name}.weight"], strides: [stride, stride], padding: [kernel / 2, kernel / 2]);
        var (mean, variance) = statistics[name];
        if (isTraining)
        {
            var batchMean = output.mean([0, 2, 3]);
            var batchVariance = (output - batchMean.view(1, -1, 1, 1)).square().mean([0, 2, 3]);
            using (no_grad())
            {
                mean.mul_(1 - Momentum).add_(batchMean.detach(), alpha: Momentum);
                variance.mul_(1 - Momentum).add_(batchVariance.detach(), alpha: Momentum);
            }
            (mean, variance) = (batchMean, batchVariance);
        }
        var scale = Parameters[$"{name}.gain.weight"] * (variance + Epsilon).rsqrt();
        return (output * scale.view(1, -1, 1, 1)) + (Parameters[$"{name}.gain.bias"] - (mean * scale)).view(1, -1, 1, 1);
    }
}
