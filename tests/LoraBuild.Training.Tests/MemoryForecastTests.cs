using LoraBuild.Base.Geometry;
using LoraBuild.Base.Randomness;
using LoraBuild.Diffusion.Families;
using LoraBuild.Diffusion.Memory;
using LoraBuild.Settings;
using LoraBuild.Torch.Profiling;
using LoraBuild.Training.Data;
using LoraBuild.Training.Engine;
using LoraBuild.Training.Memory;
using LoraBuild.Training.Optimizers;
using LoraBuild.Training.Steps;

namespace LoraBuild.Training.Tests;

/// <summary>The memory that a training takes, as it is predicted from shapes and as it is measured.</summary>
[Collection(nameof(MemoryForecastTests))]
[CollectionDefinition(nameof(MemoryForecastTests), DisableParallelization = true)]
public class MemoryForecastTests
{
    private const double Tolerance = 0.1;

    public static TheoryData<string, bool, int, AdapterAlgorithm, bool, bool> Runs()
    {
        var runs = new TheoryData<string, bool, int, AdapterAlgorithm, bool, bool>();
        foreach (var model in (string[])["tiny-sd15", "tiny-sdxl"])
        {
            foreach (var checkpointing in (bool[])[false, true])
            {
                foreach (var batch in (int[])[1, 2])
                    runs.Add(model, checkpointing, batch, AdapterAlgorithm.LoHa, false, false);
            }

            runs.Add(model, true, 1, AdapterAlgorithm.LoHa, false, true);
            runs.Add(model, false, 1, AdapterAlgorithm.LoKr, false, false);
            runs.Add(model, true, 1, AdapterAlgorithm.LoCon, true, false);
        }

        return runs;
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void The_peak_of_a_step_is_predicted_within_a_tenth(
        string model, bool checkpointing, int batch, AdapterAlgorithm algo, bool cachedTexts, bool fp8)
    {
        if (!CountedMemory.IsMeasured)
            return;
        var settings = new TrainingSettings
        {
            Algo = algo, GradientCheckpointing = checkpointing, TrainBatchSize = batch, CacheTextEncoderOutputs = cachedTexts,
            NetworkTrainUnetOnly = cachedTexts, MaxTokenLength = 75, CacheLatents = true, OptimizerType = OptimizerType.AdamW,
            Fp8Base = fp8,
        };
        using var scope = NewDisposeScope();
        using var trained = Load(model, settings);
        var size = new PixelSize(64, 96);
        var texts = Texts(trained.Model, batch, size);
        using var counted = new CountedMemory();
        using var optimizer = OptimizerFactory.Create(settings, trained.Network.Parameters);
        var optimizerBytes = counted.Live;
        var step = new TrainingStep(trained.First, trained.Second, optimizer, settings);
        var forecast = new MemoryForecast(trained, optimizer, new(texts, size)).Of(settings);
        var input = Input(trained.Model, texts, size, cachedTexts);
        _ = step.Differentiate([input]);
        var before = counted.Live;
        counted.ResetPeak();

        _ = step.Differentiate([input]);

        Assert.Equal(optimizerBytes, forecast.Optimizer);
        var measured = counted.Peak - before;
        Assert.True(
            Math.Abs(forecast.Activations - measured) <= Tolerance * measured,
            $"{forecast.Activations} predicted, {measured} measured: {(double)forecast.Activations / measured:0.000}");
    }

    [Theory]
    [InlineData("tiny-sd15")]
    [InlineData("tiny-sdxl")]
    public void The_peak_of_making_latents_is_predicted_within_a_tenth(string model)
    {
        if (!CountedMemory.IsMeasured)
            return;
        using var scope = NewDisposeScope();
        using var trained = Load(model, new());
        var vae = trained.Model.Autoencoder;
        using var ungraded = no_grad();
        using var counted = new CountedMemory();
        var run = new DryRun(DeviceType.CPU, vae.Type);

        vae.DryEncode(run, run.New(2, 3, 96, 128));
        _ = vae.Encode(zeros(2, 3, 96, 128));

        Assert.InRange(run.Peak, (1 - Tolerance) * counted.Peak, (1 + Tolerance) * counted.Peak);
    }

    [Fact]
    public void What_would_help_is_named_in_order_with_what_it_saves()
    {
        var settings = new TrainingSettings { GradientCheckpointing = false, TrainBatchSize = 4, MaxTokenLength = 75 };
        using var scope = NewDisposeScope();
        using var trained = Load("tiny-sdxl", settings);
        using var optimizer = OptimizerFactory.Create(settings, trained.Network.Parameters);
        var size = new PixelSize(1024, 1024);
        var texts = Texts(trained.Model, 4, size);
        var forecast = new MemoryForecast(trained, optimizer, new(texts, size));
        _ = new TrainingStep(trained.First, trained.Second, optimizer, settings);

        var message = OutOfMemory.Explain(settings, 7, new InvalidOperationException("no memory"), forecast.Of).Message;

        Assert.Matches(
            @"LoraGradientCheckpointing to true \(saves \d+\.\d\d GB\).*LoraCacheLatents.*\(saves.*LoraCacheTextEncoderOutputs.*\(saves"
                + @".*LoraTrainBatchSize \(4\).*\(saves.*LoraFp8Base to true \(saves.*LoraResolution.*Predicted were",
            message);
        settings = settings with { CacheLatents = true };
        var whole = forecast.Of(settings);
        Assert.True(forecast.Of(settings with { GradientCheckpointing = true }).Activations < whole.Activations / 2);
        Assert.InRange(forecast.Of(settings with { TrainBatchSize = 1 }).Activations, whole.Activations / 5, whole.Activations / 3);
        Assert.True(forecast.Of(settings with { CacheTextEncoderOutputs = true, NetworkTrainUnetOnly = true }).Total < whole.Total);
        using var compressed = Load("tiny-sdxl", settings with { Fp8Base = true });
        Assert.Equal(compressed.Model.WeightBytes, forecast.Of(settings with { Fp8Base = true }).Weights);
        Assert.All(trained.Model.Parts, part => Assert.False(part.GradientCheckpointing));
        Assert.DoesNotContain(
            "LoraGradientCheckpointing",
            OutOfMemory.Explain(settings with { GradientCheckpointing = true }, 7, new InvalidOperationException("no")).Message,
            StringComparison.Ordinal);
    }

    private static List<TokenizedText> Texts(IDiffusionModel model, int count, PixelSize size) =>
        [.. Enumerable.Range(0, count).Select(i => model.Tokenize($"aoi, smile, {i}", PictureFrame.Drawn(size), 75, weighted: false))];

    private static TrainedModel Load(string model, TrainingSettings settings) => TrainedModel.Load(
        TestData.PathOf(model, $"{model}.safetensors"), new()
        {
            Tokenizer = TestData.PathOf("tiny-sd15", "tokenizer"), CompressesText = settings.CompressesText,
            CompressesDenoiser = settings.CompressesDenoiser,
        }, settings,
        new(CPU, ModelPrecision.Float32), sideBySideBelow: 0);

    private static StepInput Input(IDiffusionModel model, List<TokenizedText> texts, PixelSize size, bool cachedTexts)
    {
        var random = new CounterRandom(1);
        long[] shape = [texts.Count, 4, size.Height / model.Autoencoder.Reduction, size.Width / model.Autoencoder.Reduction];
        using var ungraded = no_grad();
        return new(texts, Gaussian(), Gaussian(), [.. texts.Select((_, i) => 100L + i)])
        {
            Encoded = cachedTexts ? model.Encode(texts) : null,
        };

        Tensor Gaussian() => tensor(
            random.NextGaussians((int)shape.Aggregate(1L, (product, side) => product * side)), dtype: ScalarType.Float32).view(shape);
    }
}
