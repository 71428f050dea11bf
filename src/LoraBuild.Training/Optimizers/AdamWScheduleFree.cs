using LoraBuild.Settings;
using LoraBuild.Training.Parameters;

namespace LoraBuild.Training.Optimizers;

/// <summary>
/// Schedule-free AdamW (Defazio et al., "The Road Less Scheduled", arXiv:2405.15682), as in facebookresearch's <c>AdamWScheduleFree</c>: z
/// takes AdamW's steps, x is the running average of z and the result, and gradients are taken at y = (1 - beta1) z + beta1 x, which is
/// what the buffer holds between steps.
/// </summary>
public sealed class AdamWScheduleFree : IOptimizer
{
    private readonly ParameterBuffer parameters;
    private readonly AdamRates rates;
    private readonly ScheduleFreeOptions options;
    private readonly Tensor z;
    private readonly Tensor square;
    private readonly Tensor? mean;
    // Steps done; then for each range the sum of the averages' weights, and the highest learning rate so far.
    private readonly Tensor counters;

    /// <summary>An optimizer over these weights.</summary>
    public AdamWScheduleFree(ParameterBuffer parameters, AdamRates rates, ScheduleFreeOptions options)
    {
        this.parameters = parameters;
        this.rates = rates;
        this.options = options;
        z = zeros_like(parameters.Gradients).DetachFromDisposeScope();
        square = zeros_like(parameters.Gradients).DetachFromDisposeScope();
        counters = zeros(1 + (2 * parameters.Ranges.Count), dtype: ScalarType.Float64).DetachFromDisposeScope();
        var state = new Dictionary<string, Tensor> { ["z"] = z, ["square"] = square, ["counters"] = counters };
        if (options.InnerMomentum > 0)
            state["mean"] = mean = zeros_like(parameters.Gradients).DetachFromDisposeScope();
        State = state;
    }

    /// <summary>Makes it with the defaults of the library that sd-scripts takes it from.</summary>
    public static IOptimizer Create(ParameterBuffer parameters, KeywordArguments arguments) =>
        new AdamWScheduleFree(parameters, AdamRates.Of(arguments), ScheduleFreeOptions.Of(arguments));

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> State { get; }

    /// <inheritdoc/>
    public IEnumerable<Tensor> StateOf(ParameterPlace weight)
    {
        using var ungraded = no_grad();
        // It begins as the weights; so does that of one that the first step does not count for.
        if (counters.data<double>()[0] == 0)
            z.copy_(Trained);
        return mean is null ? [weight.Of(z), weight.Of(square)] : [weight.Of(z), weight.Of(square), weight.Of(mean)];
    }

    /// <inheritdoc/>
    public void Step(Func<ParameterGroup, double> learningRate)
    {
        using var ungraded = no_grad();
        using var scope = NewDisposeScope();
        var counted = counters.data<double>().ToArray();
        if (counted[0] == 0)
            z.copy_(Trained);
        var step = ++counted[0];
        var rise = step <= options.WarmupSteps ? step / options.WarmupSteps : 1;

        var gradients = Widened.Read(parameters.Gradients);
        using var squares = new Widened(square);
        using var bases = new Widened(z);
        squares.Values.mul_(rates.Beta2).addcmul_(gradients, gradients, 1 - rates.Beta2);
        var direction = Mean(gradients, step).div_(squares.Values.div(1 - Math.Pow(rates.Beta2, step)).sqrt_().add_(rates.Epsilon))
            .add_(Widened.Read(Trained), alpha: rates.WeightDecay);
        for (var i = 0; i < parameters.Ranges.Count; i++)
        {
            var range = parameters.Ranges[i];
            var rate = range.LearningRate(learningRate) * rise;
            ref var weights = ref counted[1 + (2 * i)];
            ref var highest = ref counted[2 + (2 * i)];
            highest = Math.Max(highest, rate);
            var weight = Math.Pow(step, options.R) * Math.Pow(highest, options.WeightLrPower);
            weights += weight;
            var share = weights > 0 ? weight / weights : 0;
            using var trained = new Widened(range.Of(parameters.Values));
            trained.Values
                .mul_(1 - share)
                .add_(range.Of(bases.Values), alpha: share)
                .add_(range.Of(direction), alpha: rate * ((rates.Beta1 * (1 - share)) - 1));
            range.Of(bases.Values).add_(range.Of(direction), alpha: -rate);
        }

        counters.copy_(tensor(counted, dtype: ScalarType.Float64));
    }

    /// <inheritdoc/>
    public IDisposable? ShowResult()
    {
        using var ungraded = no_grad();
        using var scope = NewDisposeScope();
        // Before the first step all three are the same.
        if (counters.data<double>()[0] == 0)
            return null;
        var training = Trained.clone().DetachFromDisposeScope();
        Trained.mul_(1 / rates.Beta1).add_(z, alpha: 1 - (1 / rates.Beta1));
        return new Restoration(this, training);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        z.Dispose();
        square.Dispose();
        mean?.Dispose();
        counters.Dispose();
    }

    private Tensor Trained => parameters.Values.narrow(0, 0, z.numel());

    private Tensor Mean(Tensor gradients, double step)
    {
        if (mean is null)
            return gradients.clone();
        using var means = new Widened(mean);
        return means.Values.mul_(options.InnerMomentum).add_(gradients, alpha: 1 - options.InnerMomentum)
            .div(1 - Math.Pow(options.InnerMomentum, step));
    }

    private sealed class Restoration(AdamWScheduleFree optimizer, Tensor training) : IDisposable
    {
        public void Dispose()
        {
            using var ungraded = no_grad();
            using var scope = NewDisposeScope();
            optimizer.Trained.copy_(training);
            training.Dispose();
        }
    }
}

/// <summary>Options that <see cref="AdamWScheduleFree"/> has besides <see cref="AdamRates"/>.</summary>
/// <param name="WarmupSteps">Steps over which the learning rate rises: its own warm-up, as no schedule counts.</param>
/// <param name="R">The running average weighs the k-th step k to this power.</param>
/// <param name="WeightLrPower">And the highest learning rate so far to this one.</param>
/// <param name="InnerMomentum">Decay of a running average of the gradients; 0: none.</param>
public sealed record ScheduleFreeOptions(double WarmupSteps = 0, double R = 0, double WeightLrPower = 2, double InnerMomentum = 0)
{
    internal static ScheduleFreeOptions Of(KeywordArguments arguments)
    {
        var defaults = new ScheduleFreeOptions();
        return new(
            arguments.Number("warmup_steps", defaults.WarmupSteps),
            arguments.Number("r", defaults.R),
            arguments.Number("weight_lr_power", defaults.WeightLrPower),
            arguments.Number("inner_momentum", defaults.InnerMomentum));
    }
}
