using System.Diagnostics;
using System.Globalization;
using LoraBuild.Diffusion;
using LoraBuild.Diffusion.Families.StableDiffusion;
using LoraBuild.Torch.Profiling;
using LoraBuild.Training.Adapters;
using LoraBuild.Training.Data;
using LoraBuild.Training.Optimizers;
using LoraBuild.Training.Steps;

namespace LoraBuild.Benchmarks.Training;

/// <summary>
/// Which part of a step on the miniature is spent in operators, and in libtorch's autograd engine between them, the rest being what our
/// managed code costs. Batches of one, on one thread: nothing makes that rest look smaller. The times are taken in the same steps, and
/// taking them counts as our cost, or as the engine's.
/// </summary>
internal sealed class OperatorBenchmark : IBenchmark
{
    private const int WarmUp = 5;
    private const long Side = 16;
    private const int Shown = 12;

    /// <inheritdoc/>
    public string Name => "operators";

    /// <inheritdoc/>
    public string Summary =>
        "the part of the miniature's step at batch 1 that is spent in operators and libtorch's autograd engine, and which these are: "
        + "[STEPS, 40]";

    /// <inheritdoc/>
    public void Run(IReadOnlyList<string> arguments)
    {
        var steps = arguments.Count > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 40;
        set_num_threads(1);
        using var scope = NewDisposeScope();
        var settings = MiniatureTraining.Settings;
        using var model = (StableDiffusionModel)ModelFamilies.Load(
            Path.Combine(MiniatureTraining.Model, "mini-sd.safetensors"), ScalarType.Float32, CPU,
            new() { Tokenizer = Path.Combine(MiniatureTraining.Model, "tokenizer") });
        using var network = AdapterNetwork.Create(model, settings);
        using var optimizer = OptimizerFactory.Create(settings, network.Parameters);
        var step = new TrainingStep(new(model, network), second: null, optimizer, settings);
        var text = new ClipText(model.Tokenizer
            .Encode("hoshino aoi, 1girl, solo, smile, looking at viewer, white shirt, pleated skirt", settings.MaxTokenLength));
        using var random = new Generator(1);
        long[] shape = [1, model.UNet.InChannels, Side, Side];
        var input = new StepInput([text], randn(shape, generator: random), randn(shape, generator: random), [500]);

        Repeat(WarmUp);
        var watch = Stopwatch.StartNew();
        var times = OperatorTimes.Of(() => Repeat(steps));
        var elapsed = watch.Elapsed;
        var operators = times.Where(time => time.Name != OperatorTimes.Engine).ToList();
        var (inOperators, inAll) = (Sum(operators), Sum(times));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"a step of batch 1: {elapsed.TotalMilliseconds / steps:0.0} ms, {100 * (inOperators / elapsed):0.0} % of it in "
            + $"{operators.Sum(time => time.Calls) / steps} calls of operators, {100 * (inAll / elapsed):0.0} % with the autograd engine "
            + $"between them ({steps} steps)"));
        foreach (var (name, calls, time) in times.Take(Shown))
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"  {name,-36} {calls / steps,6} calls {time.TotalMilliseconds / steps,8:0.00} ms"));

        static TimeSpan Sum(IEnumerable<OperatorTime> times) => TimeSpan.FromTicks(times.Sum(time => time.Time.Ticks));

        void Repeat(int count)
        {
            for (var i = 0; i < count; i++)
                step.Run(input, _ => settings.LearningRate);
        }
    }
}
