using LoraBuild.Settings;
using LoraBuild.Training.Parameters;

namespace LoraBuild.Training.Optimizers;

/// <summary>
/// Adafactor (Shazeer and Stern, arXiv:1804.04235), as in the transformers library: the average of squared gradients is kept by rows and
/// columns of each weight, and steps are clipped by their root mean square. Weights of equal shape are computed together.
/// </summary>
public sealed class Adafactor : IOptimizer
{
    private readonly ParameterBuffer parameters;
    private readonly AdafactorOptions options;
    private readonly List<EqualWeights> all;
    private readonly Tensor steps;

    /// <summary>An optimizer over these weights.</summary>
    public Adafactor(ParameterBuffer parameters, AdafactorOptions options)
    {
        this.parameters = parameters;
        this.options = options;
        steps = zeros(1, dtype: ScalarType.Int64).DetachFromDisposeScope();
        all =
        [
            .. parameters.Trained
                .GroupBy(shape => (shape.Group, shape.RateFactor, Shape: string.Join('x', shape.Shape)))
                .Select(equal => new EqualWeights([.. equal], parameters.Values.device, options.Beta1 is not null)),
        ];
        State = all
            .SelectMany((weights, i) => weights.State.Select(entry => KeyValuePair.Create($"{i}.{entry.Key}", entry.Value)))
            .Append(new("steps", steps))
            .ToDictionary();
    }

    /// <summary>Makes it with the defaults of the library that sd-scripts takes it from.</summary>
    public static IOptimizer Create(ParameterBuffer parameters, KeywordArguments arguments) =>
        new Adafactor(parameters, AdafactorOptions.Of(arguments));

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> State { get; }

    /// <inheritdoc/>
    public IEnumerable<Tensor> StateOf(ParameterPlace weight)
    {
        var equal = all.Single(equal => equal.Shapes.Contains(weight.Shape));
        var index = equal.Shapes.ToList().IndexOf(weight.Shape);
        return equal.State.Values.Select(state => state.select(0, index));
    }

    /// <inheritdoc/>
    public void Step(Func<ParameterGroup, double> learningRate)
    {
        using var ungraded = no_grad();
        steps.add_(1);
        var step = steps.data<long>()[0];
        var decay = 1 - Math.Pow(step, options.DecayRate);
        foreach (var weights in all)
        {
            using var scope = NewDisposeScope();
            Step(weights, decay, options.RateAt(step, learningRate(weights.Shapes[0].Group)) * weights.Shapes[0].RateFactor);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var buffer in State.Values)
            buffer.Dispose();
    }

    private void Step(EqualWeights equal, double decay, double rate)
    {
        var views = equal.Shapes.Select(shape => parameters[shape.Name]).ToList();
        var values = Widened.Read(stack(views).view(equal.Size));
        var gradients = Widened.Read(stack(views.Select(view => view.grad!)).view(equal.Size));
        var squares = gradients.square().add_(options.SquareEpsilon);
        Tensor divisors;
        if (equal.Columns is { } columns)
        {
            Average(equal.Rows, squares.mean([-1]), decay);
            Average(columns, squares.mean([-2]), decay);
            divisors = (equal.Rows / equal.Rows.mean([-1], keepdim: true)).rsqrt_().unsqueeze(-1) * columns.rsqrt().unsqueeze(-2);
        }
        else
        {
            Average(equal.Rows, squares, decay);
            divisors = equal.Rows.rsqrt();
        }

        var step = gradients.mul_(divisors);
        step.div_(RootMeanSquare(step).div_(options.ClipThreshold).clamp_min_(1));
        var rates = options.ScaleParameter
            ? RootMeanSquare(values).clamp_min_(options.ScaleEpsilon).mul_(rate)
            : full_like(RootMeanSquare(values), rate);
        step.mul_(rates);
        if (equal.Mean is { } mean)
            step = mean.mul_(options.Beta1!.Value).add_(step, alpha: 1 - options.Beta1.Value);
        values.sub_((values * rates).mul_(options.WeightDecay)).sub_(step);
        for (var i = 0; i < views.Count; i++)
            views[i].copy_(values.select(0, i).view_as(views[i]));
    }

    private static void Average(Tensor average, Tensor latest, double decay) => average.mul_(decay).add_(latest, alpha: 1 - decay);

    // Of each weight, in a form that spreads over its elements. First along rows, so that the number of threads does not change a bit.
    private static Tensor RootMeanSquare(Tensor weights)
    {
        var means = weights.square().mean([-1], keepdim: true);
        return means.ndim == 2 ? means.sqrt_() : means.mean([.. Enumerable.Range(1, (int)means.ndim - 1)], keepdim: true).sqrt_();
    }

    /// <summary>Weights of one group and shape with their state.</summary>
    private sealed class EqualWeights
    {
        public EqualWeights(IReadOnlyList<ParameterShape> shapes, Device device, bool hasMean)
        {
            Shapes = shapes;
            var isFactored = shapes[0].Shape.Count > 1;
            Size = [shapes.Count, .. isFactored ? shapes[0].Shape : [shapes[0].Count]];
            State["rows"] = Rows = Zeros(isFactored ? Size[..^1] : Size);
            if (isFactored)
                State["columns"] = Columns = Zeros([.. Size[..^2], Size[^1]]);
            if (hasMean)
                State["mean"] = Mean = Zeros(Size);

            Tensor Zeros(long[] size) => zeros(size, dtype: ScalarType.Float32, device: device).DetachFromDisposeScope();
        }

        public IReadOnlyList<ParameterShape> Shapes { get; }

        /// <summary>[weights, ..., rows, columns], or [weights, elements].</summary>
        public long[] Size { get; }

        /// <summary>Means of squares along columns; the squares themselves where a weight has fewer than two dimensions.</summary>
        public Tensor Rows { get; }

        public Tensor? Columns { get; }

        public Tensor? Mean { get; }

        public Dictionary<string, Tensor> State { get; } = [];
    }
}

/// <summary>The numbers of <see cref="Adafactor"/>; names and defaults are those of the transformers library.</summary>
/// <param name="SquareEpsilon">The number added to squared gradients.</param>
/// <param name="ScaleEpsilon">The least scale of a weight, where <paramref name="ScaleParameter"/>.</param>
/// <param name="ClipThreshold">The largest root mean square of a weight's step before the learning rate.</param>
/// <param name="DecayRate">The k-th step's decay of the averages is 1 - k to this power.</param>
/// <param name="Beta1">Decay of a running average of the steps; null: none.</param>
/// <param name="WeightDecay">Decoupled weight decay.</param>
/// <param name="ScaleParameter">True to multiply the learning rate by a weight's root mean square.</param>
/// <param name="RelativeStep">True to derive the learning rate from the number of steps; then no other counts.</param>
/// <param name="WarmupInit">True to let that one rise at first.</param>
public sealed record AdafactorOptions(
    double SquareEpsilon = 1e-30,
    double ScaleEpsilon = 1e-3,
    double ClipThreshold = 1,
    double DecayRate = -0.8,
    double? Beta1 = null,
    double WeightDecay = 0,
    bool ScaleParameter = true,
    bool RelativeStep = true,
    bool WarmupInit = false)
{
    /// <summary>Reads the arguments as sd-scripts passes them on: a warm-up of its own implies steps of its own.</summary>
    public static AdafactorOptions Of(KeywordArguments arguments)
    {
        var defaults = new AdafactorOptions();
        var (square, scale) = arguments.Pair("eps", (defaults.SquareEpsilon, defaults.ScaleEpsilon));
        return new(
            square,
            scale,
            arguments.Number("clip_threshold", defaults.ClipThreshold),
            arguments.Number("decay_rate", defaults.DecayRate),
            arguments.OptionalNumber("beta1"),
            arguments.Number("weight_decay", 0),
            arguments.Flag("scale_parameter", defaults.ScaleParameter),
            OptimizerType.Adafactor.HasOwnRates(arguments),
            arguments.Flag("warmup_init", defaults.WarmupInit));
    }

    /// <summary>The learning rate of a step before the weight's scale.</summary>
    /// <param name="step">The step, from 1.</param>
    /// <param name="learningRate">The rate that the schedule gives.</param>
    public double RateAt(long step, double learningRate) =>
        RelativeStep ? Math.Min(WarmupInit ? 1e-6 * step : 1e-2, 1 / Math.Sqrt(step)) : learningRate;
}
