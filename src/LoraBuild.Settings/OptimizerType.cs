using System.Reflection;
using static LoraBuild.Settings.KeywordArgument;

namespace LoraBuild.Settings;

/// <summary>
/// sd-scripts' <c>optimizer_type</c>: the table of optimizers, a line each. A training makes the class of that name in
/// <c>LoraBuild.Training.Optimizers</c>.
/// </summary>
public sealed class OptimizerType
{
    /// <summary><c>lion8bit</c>: Lion with its momentum kept in 8 bits, as bitsandbytes does it.</summary>
    public static readonly OptimizerType Lion8bit = new("bitsandbytes.optim.lion.Lion8bit", WeightDecay, Betas);

    /// <summary><c>lion</c>: Lion (arXiv:2302.06675) with its momentum in 32 bits.</summary>
    public static readonly OptimizerType Lion = new("lion_pytorch.lion_pytorch.Lion", WeightDecay, Betas);

    /// <summary><c>adamw</c>: Adam with decoupled weight decay (arXiv:1711.05101).</summary>
    public static readonly OptimizerType AdamW = new("torch.optim.adamw.AdamW", WeightDecay, Betas, Eps) { SquaresFollowWeights = true };

    /// <summary><c>adamw8bit</c>: the same with both running averages kept in 8 bits, as bitsandbytes does it.</summary>
    public static readonly OptimizerType AdamW8bit = new("bitsandbytes.optim.adamw.AdamW8bit", WeightDecay, Betas, Eps);

    /// <summary><c>prodigy</c>: Adam that finds its own learning rate (arXiv:2306.06101); rates are factors of it, usually 1.</summary>
    public static readonly OptimizerType Prodigy = new(
        "prodigyopt.prodigy.Prodigy",
        WeightDecay, Betas, Eps, Decay("beta3"), Flag("decouple"), Flag("use_bias_correction"), Flag("safeguard_warmup"),
        Number("d0", 1e-30, 1), Number("d_coef", 1e-6, 1e6), Number("growth_rate", 1, double.PositiveInfinity))
    {
        HasOneRate = true,
        SquaresFollowWeights = true,
    };

    /// <summary>
    /// <c>adafactor</c>: Adam with the squares' averages factored into rows and columns (arXiv:1804.04235), as transformers does it.
    /// </summary>
    public static readonly OptimizerType Adafactor = new(
        "transformers.optimization.Adafactor",
        WeightDecay, Pair("eps", "two numbers from 0 to 1, such as 1e-30,1e-3", number => number is >= 0 and <= 1),
        Number("clip_threshold", 1e-6, 1e6), Number("decay_rate", -1, 0), Decay("beta1"), Flag("scale_parameter"),
        Flag("relative_step"), Flag("warmup_init"))
    {
        // sd-scripts passes relative_step on where nobody named it; a warm-up of Adafactor's own implies rates of its own.
        Implied = KeyValuePair.Create("relative_step", "True"),
        HasOwnRates = arguments => arguments.Flag("relative_step", ifMissing: true) || arguments.Flag("warmup_init", ifMissing: false),
    };

    /// <summary>
    /// <c>adamwschedulefree</c>: AdamW that averages its weights instead of lowering the rate (arXiv:2405.15682). No schedule counts.
    /// </summary>
    public static readonly OptimizerType AdamWScheduleFree = new(
        "schedulefree.adamw_schedulefree.AdamWScheduleFree",
        WeightDecay, Betas, Eps, Number("warmup_steps", 0, int.MaxValue), Number("r", 0, 100), Number("weight_lr_power", 0, 100),
        Number("inner_momentum", 0, 0.9999))
    {
        IsScheduleFree = true,
        SquaresFollowWeights = true,
    };

    private OptimizerType(string library, params IReadOnlyList<KeywordArgument> arguments)
    {
        Library = library;
        Arguments = arguments;
        Name = library[(library.LastIndexOf('.') + 1)..];
    }

    /// <summary>All optimizers.</summary>
    public static IReadOnlyList<OptimizerType> All { get; } =
    [
        .. typeof(OptimizerType).GetFields(BindingFlags.Public | BindingFlags.Static).OrderBy(field => field.MetadataToken)
            .Select(field => field.GetValue(null)).OfType<OptimizerType>(),
    ];

    /// <summary>The optimizer of a name.</summary>
    public static OptimizerType Of(string name) => All.Single(optimizer => optimizer.Name == name);

    /// <summary>The class of the Python library that sd-scripts takes it from, with its module; LoRA files name it.</summary>
    public string Library { get; }

    /// <summary>The name of the class alone, here as there. In lower case, it is sd-scripts' word for the optimizer.</summary>
    public string Name { get; }

    /// <summary>The keys of <c>optimizer_args</c> that it takes, by the library's names.</summary>
    public IReadOnlyList<KeywordArgument> Arguments { get; }

    /// <summary>True if it averages squares of gradients in the number format of the weights.</summary>
    public bool SquaresFollowWeights { get; private init; }

    /// <summary>The argument that LoRA files name even where nobody set it, or null.</summary>
    public KeyValuePair<string, string>? Implied { get; private init; }

    /// <summary>True if no learning rate schedule counts.</summary>
    public bool IsScheduleFree { get; private init; }

    /// <summary>True if all weights must have one learning rate.</summary>
    public bool HasOneRate { get; private init; }

    /// <summary>Tells whether it ignores learning rates and schedule, with such arguments.</summary>
    public Func<KeywordArguments, bool> HasOwnRates { get; private init; } = _ => false;

    /// <inheritdoc cref="Name"/>
    public override string ToString() => Name;
}
