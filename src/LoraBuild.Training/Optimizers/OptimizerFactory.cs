using LoraBuild.Settings;
using LoraBuild.Training.Parameters;

namespace LoraBuild.Training.Optimizers;

/// <summary>Makes the optimizer that the settings name, with the defaults of the library that sd-scripts takes it from.</summary>
public static class OptimizerFactory
{
    /// <summary>An optimizer over these weights.</summary>
    public static IOptimizer Create(TrainingSettings settings, ParameterBuffer parameters)
    {
        var arguments = settings.OptimizerArgs;
        return settings.OptimizerType switch
        {
            OptimizerType.Lion8bit => new Lion8bit(parameters, Lion(arguments, settings.OptimizerType)),
            OptimizerType.Lion => new Lion(parameters, Lion(arguments, settings.OptimizerType)),
            OptimizerType.AdamW => new AdamW(parameters, Adam(arguments, settings.OptimizerType)),
            OptimizerType.AdamW8bit => new AdamW8bit(parameters, Adam(arguments, settings.OptimizerType)),
            OptimizerType.Prodigy => new Prodigy(parameters, Adam(arguments, settings.OptimizerType), Prodigy(arguments)),
            OptimizerType.Adafactor => new Adafactor(parameters, Adafactor(arguments)),
            _ => new AdamWScheduleFree(parameters, Adam(arguments, settings.OptimizerType), ScheduleFree(arguments)),
        };
    }

    /// <summary>The options of Adafactor, as sd-scripts passes them on: a warm-up of its own implies steps of its own.</summary>
    public static AdafactorOptions Adafactor(OptimizerArguments arguments)
    {
        var defaults = new AdafactorOptions();
        var (square, scale) = arguments.Pair("eps", (defaults.SquareEpsilon, defaults.ScaleEpsilon));
        var warmupInit = arguments.Flag("warmup_init", defaults.WarmupInit);
        return new(
            square,
            scale,
            arguments.Number("clip_threshold", defaults.ClipThreshold),
            arguments.Number("decay_rate", defaults.DecayRate),
            arguments.OptionalNumber("beta1"),
            arguments.WeightDecay(OptimizerType.Adafactor),
            arguments.Flag("scale_parameter", defaults.ScaleParameter),
            arguments.Flag("relative_step", defaults.RelativeStep) || warmupInit,
            warmupInit);
    }

    private static LionRates Lion(OptimizerArguments arguments, OptimizerType type)
    {
        var (beta1, beta2) = arguments.Pair("betas", (0.9, 0.99));
        return new(beta1, beta2, arguments.WeightDecay(type));
    }

    private static AdamRates Adam(OptimizerArguments arguments, OptimizerType type)
    {
        var defaults = new AdamRates();
        var (beta1, beta2) = arguments.Pair("betas", (defaults.Beta1, defaults.Beta2));
        return new(beta1, beta2, arguments.Number("eps", defaults.Epsilon), arguments.WeightDecay(type));
    }

    private static ProdigyOptions Prodigy(OptimizerArguments arguments)
    {
        var defaults = new ProdigyOptions();
        return new(
            arguments.OptionalNumber("beta3"),
            arguments.Flag("decouple", defaults.Decouple),
            arguments.Flag("use_bias_correction", defaults.UseBiasCorrection),
            arguments.Flag("safeguard_warmup", defaults.SafeguardWarmup),
            arguments.Number("d0", defaults.FirstD),
            arguments.Number("d_coef", defaults.DCoefficient),
            arguments.Number("growth_rate", defaults.GrowthRate));
    }

    private static ScheduleFreeOptions ScheduleFree(OptimizerArguments arguments)
    {
        var defaults = new ScheduleFreeOptions();
        return new(
            arguments.Number("warmup_steps", defaults.WarmupSteps),
            arguments.Number("r", defaults.R),
            arguments.Number("weight_lr_power", defaults.WeightLrPower),
            arguments.Number("inner_momentum", defaults.InnerMomentum));
    }
}
