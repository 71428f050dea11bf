using System.Buffers.Binary;
using System.Globalization;
using System.Text.RegularExpressions;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Diffusion;
using LoraBuild.Diffusion.Families.StableDiffusion;
using LoraBuild.Diffusion.Safetensors;
using LoraBuild.Settings;
using LoraBuild.Training.Adapters;
using LoraBuild.Training.Jobs;

namespace LoraBuild.Training.Tests;

[Trait("Speed", "Slow")]
public class TrainerTests
{
    [Fact]
    public void A_training_writes_a_file_an_epoch_with_every_module_that_LyCORIS_would_make()
    {
        using var folder = new TemporaryFolder();
        var job = SmallDataset.Job(folder);
        var progress = new List<TrainingProgress>();

        var result = Trainer.Run(job, new Callback(progress.Add));

        Assert.Equal(["aoi-000001.safetensors", "aoi.safetensors"], result.Files.Select(Path.GetFileName));
        Assert.Equal(
            result.Files,
            Directory.GetFiles(job.OutputFolder, "*.safetensors").Where(file => file != job.StateFile).Order(StringComparer.Ordinal));
        Assert.Equal((12, 12), (result.Steps, result.Losses.Count));
        Assert.Equal((1, 12, 2), (progress[0].Step, progress[^1].Step, progress[^1].Epochs));
        using var scope = NewDisposeScope();
        using var model = (StableDiffusionModel)ModelFamilies.Load(SmallDataset.Model, ScalarType.Float32);
        using var lora = AppliedLora.Apply(result.Files[^1], model);
        Assert.Equal(
            model.TextEncoder.Layers.Concat(model.UNet.Layers).Select(layer => layer.Name).Order(),
            lora.Modules.Select(module => module.Layer.Name).Order());
        Assert.All(lora.Modules, module =>
        {
            var change = module.WeightChange().abs().max().item<float>();
            Assert.True(float.IsFinite(change) && change > 0, $"{module.Layer.Name}: {change}");
        });
        using var file = SafetensorsFile.Open(result.Files[^1]);
        Assert.All(file.Tensors.Values, entry => Assert.Equal("F16", entry.Type));
        Assert.Equal(("2", "12"), (file.Metadata["ss_epoch"], file.Metadata["ss_steps"]));
        Assert.Equal(64, file.Metadata["sshs_model_hash"].Length);
        Assert.Equal(8, file.Metadata["sshs_legacy_hash"].Length);
    }

    [Fact]
    public void Interrupted_and_resumed_it_ends_with_the_same_bits_as_undisturbed()
    {
        using var folder = new TemporaryFolder();
        var undisturbed = Trainer.Run(SmallDataset.Job(folder));
        var job = SmallDataset.Job(folder, output: "resumed");

        // A run that reports its first step is cancelled after it, until the fourth run goes through.
        var runs = 0;
        TrainingResult? resumed = null;
        while (resumed is null)
        {
            using var cancellation = new CancellationTokenSource();
            var interrupt = ++runs < 4;
            try
            {
                resumed = Trainer.Run(job, new Callback(_ => { if (interrupt) cancellation.Cancel(); }), cancellation: cancellation.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.True(File.Exists(job.StateFile));
            }
        }

        Assert.Equal(4, runs);
        Assert.Equal(undisturbed.Losses, resumed.Losses);
        foreach (var file in undisturbed.Files)
            Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(job.OutputFolder, Path.GetFileName(file))));
    }

    [Fact]
    public void Stopped_by_the_clock_it_does_a_step_at_least_each_time_and_ends_with_the_same_bits()
    {
        using var folder = new TemporaryFolder();
        var settings = SmallDataset.Settings with { MaxTrainEpochs = null, MaxTrainSteps = new(3, InEpochs: false), SaveEveryNSteps = 1 };
        var undisturbed = Trainer.Run(SmallDataset.Job(folder, settings) with { StopAfter = TimeSpan.FromDays(1) });
        var job = SmallDataset.Job(folder, settings, "stopped") with { StopAfter = TimeSpan.Zero };

        foreach (var steps in new[] { 1, 2 })
        {
            var stopped = Trainer.Run(job);

            Assert.Equal((steps, 3, false), (stopped.Steps, stopped.TotalSteps, stopped.IsFinished));
            Assert.Equal(steps, stopped.Files.Count);
            Assert.True(File.Exists(job.StateFile));
            Assert.False(File.Exists(Path.Combine(job.OutputFolder, "aoi.safetensors")));
        }

        var finished = Trainer.Run(job);

        Assert.True(undisturbed.IsFinished && finished.IsFinished);
        Assert.Equal(undisturbed.Losses, finished.Losses);
        Assert.Equal(File.ReadAllBytes(undisturbed.Files[^1]), File.ReadAllBytes(finished.Files[^1]));
    }

    [Theory]
    [InlineData(nameof(OptimizerType.Lion8bit))]
    [InlineData(nameof(OptimizerType.AdamWScheduleFree))]
    public void Resumed_from_the_state_of_an_epoch_it_ends_with_the_same_bits(string type)
    {
        using var folder = new TemporaryFolder();
        var settings =
            SmallDataset.Settings with { OptimizerType = OptimizerType.Of(type), GradientAccumulationSteps = 3, SaveState = true };
        var undisturbed = Trainer.Run(SmallDataset.Job(folder, settings));
        Assert.Equal(
            ["aoi-000001.safetensors", "aoi-000001-state.safetensors", "aoi-state.safetensors", "aoi.safetensors"],
            undisturbed.Files.Select(Path.GetFileName));

        var resumed = Trainer.Run(SmallDataset.Job(folder, settings with { Resume = undisturbed.Files[1] }, "resumed"));

        Assert.Equal(["aoi-state.safetensors", "aoi.safetensors"], resumed.Files.Select(Path.GetFileName));
        Assert.Equal(undisturbed.Losses, resumed.Losses);
        Assert.Equal(File.ReadAllBytes(undisturbed.Files[^1]), File.ReadAllBytes(resumed.Files[^1]));
    }

    [Fact]
    public void A_finished_training_goes_on_with_more_steps_from_a_state_that_fits()
    {
        using var folder = new TemporaryFolder();
        var two = SmallDataset.Settings with { MaxTrainEpochs = null, MaxTrainSteps = new(2, InEpochs: false), SaveStateOnTrainEnd = true };
        var shorter = Trainer.Run(SmallDataset.Job(folder, two));
        var three = two with { MaxTrainSteps = new(3, InEpochs: false), SaveStateOnTrainEnd = false, Resume = shorter.Files[0] };

        var longer = Trainer.Run(SmallDataset.Job(folder, three, "longer"));

        Assert.Equal(["aoi-state.safetensors", "aoi.safetensors"], shorter.Files.Select(Path.GetFileName));
        Assert.Equal(3, longer.Steps);
        Assert.Equal(shorter.Losses, longer.Losses.Take(2));
        // The log has the rates that the steps had, also after an interruption.
        Assert.Equal(shorter.Log.UnetLr, longer.Log.UnetLr.Take(2));
        Assert.Equal(shorter.Log.TextEncoderLr!, longer.Log.TextEncoderLr!.Take(2));
        var four = SmallDataset.Job(folder, three with { MaxTrainSteps = new(4, InEpochs: false) }, "interrupted");
        Assert.Equal(3, Trainer.Run(four with { StopAfter = TimeSpan.Zero }).Steps);
        Assert.Equal(shorter.Log.UnetLr, Trainer.Run(four).Log.UnetLr.Take(2));
        AssertRefused(two with { Resume = shorter.Files[0] }, "2 steps behind it");
        AssertRefused(three with { OptimizerType = OptimizerType.Lion }, "the optimizer Lion8bit, but LoraOptimizerType is Lion.");
        AssertRefused(three with { NetworkDim = 3 }, ",3] at 0.");
        AssertRefused(three with { Resume = shorter.Files[1] }, "no training state");

        void AssertRefused(TrainingSettings settings, string reason)
        {
            var problem = Assert.Throws<LoraBuildException>(() => Trainer.Run(SmallDataset.Job(folder, settings, "refused"))).Diagnostic;

            Assert.Equal((DiagnosticCode.StateMismatch, settings.Resume), (problem.Code, problem.File));
            Assert.Contains(reason, problem.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("algo=lora network_dropout=0.1 rank_dropout=0.1 module_dropout=0.1")]
    [InlineData("algo=locon dora_wd=true use_tucker=true rank_dropout=0.1 scale_weight_norms=0.1")]
    [InlineData("algo=lokr use_scalar=true network_dropout=0.1")]
    public void What_adapters_drop_and_keep_survives_an_interruption(string options)
    {
        using var folder = new TemporaryFolder();
        var given = SmallDataset.Settings.ToOptions().Where(option => option.Key != "conv_dim").ToDictionary();
        foreach (var option in options.Split(' '))
            given[option.Split('=')[0]] = option.Split('=')[1];
        var settings =
            TrainingSettings.Parse(given, out var problems) with { MaxTrainEpochs = null, MaxTrainSteps = new(3, InEpochs: false) };
        Assert.Empty(problems);
        var undisturbed = Trainer.Run(SmallDataset.Job(folder, settings));
        var job = SmallDataset.Job(folder, settings, "resumed");
        using var cancellation = new CancellationTokenSource();

        Assert.Throws<OperationCanceledException>(
            () => Trainer.Run(job, new Callback(_ => cancellation.Cancel()), cancellation: cancellation.Token));
        var resumed = Trainer.Run(job);

        Assert.Equal(undisturbed.Losses, resumed.Losses);
        Assert.Equal(File.ReadAllBytes(undisturbed.Files[^1]), File.ReadAllBytes(resumed.Files[^1]));
        Assert.All(undisturbed.Losses, loss => Assert.InRange(loss, 1e-3, 10));
    }

    [Theory]
    [InlineData(nameof(OptimizerType.AdamW8bit), 2, 0)]
    [InlineData(nameof(OptimizerType.Prodigy), 4, 0)]
    [InlineData(nameof(OptimizerType.Adafactor), 1, 0)]
    [InlineData(nameof(OptimizerType.AdamWScheduleFree), 3, 0.4)]
    public void Every_optimizer_goes_on_with_the_same_bits_also_in_the_middle_of_accumulated_epochs(
        string type, int interruptions, double validation)
    {
        using var folder = new TemporaryFolder();
        var settings = SmallDataset.Settings with
        {
            OptimizerType = OptimizerType.Of(type), OptimizerArgs = KeywordArguments.Parse("weight_decay=0.01"),
            GradientAccumulationSteps = 2, SaveEveryNSteps = 2,
            IpNoiseGamma = 0.1, MultiresNoiseIterations = 3, AdaptiveNoiseScale = 0.1, LossType = LossType.Huber, MinSnrGamma = 5,
            ValidationSplit = validation,
        };
        var undisturbed = Trainer.Run(SmallDataset.Job(folder, settings));
        var job = SmallDataset.Job(folder, settings, "resumed");
        // A run reports its first step, after which it is cancelled.
        for (var run = 0; run < interruptions; run++)
        {
            using var cancellation = new CancellationTokenSource();
            Assert.Throws<OperationCanceledException>(
                () => Trainer.Run(job, new Callback(_ => cancellation.Cancel()), cancellation: cancellation.Token));
        }

        var resumed = Trainer.Run(job);

        Assert.Equal(undisturbed.Losses, resumed.Losses);
        Assert.Equal(undisturbed.Files.Select(Path.GetFileName), resumed.Files.Select(Path.GetFileName));
        foreach (var file in undisturbed.Files)
            Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(job.OutputFolder, Path.GetFileName(file))));
    }

    [Fact]
    public void Measuring_changes_no_bit_of_the_training_and_always_gives_the_same()
    {
        using var folder = new TemporaryFolder();
        var settings = SmallDataset.Settings with { ValidationSplit = 0.4, MaxTrainEpochs = 1 };
        var (once, often) = (new List<string>(), new List<string>());

        var rare = Trainer.Run(SmallDataset.Job(folder, settings with { ValidateEveryNEpochs = 1 }), log: once.Add);
        var frequent = Trainer.Run(SmallDataset.Job(folder, settings with { ValidateEveryNSteps = 1 }, "often"), log: often.Add);

        Assert.Equal(rare.Losses, frequent.Losses);
        var measured = once.Where(line => line.StartsWith("Validation", StringComparison.Ordinal)).ToList();
        Assert.Single(measured);
        Assert.Equal(rare.Steps, often.Count(line => line.StartsWith("Validation", StringComparison.Ordinal)));
        Assert.Equal(measured[0], often.Last(line => line.StartsWith("Validation", StringComparison.Ordinal)));
    }

    [Fact]
    public void Another_training_gives_another_file_and_does_not_go_on_from_the_state_of_this_one()
    {
        using var folder = new TemporaryFolder();
        var settings = SmallDataset.Settings with { MaxTrainEpochs = null, MaxTrainSteps = new(2, InEpochs: false) };
        using var cancellation = new CancellationTokenSource();
        var job = SmallDataset.Job(folder, settings);
        Assert.Throws<OperationCanceledException>(
            () => Trainer.Run(job, new Callback(_ => cancellation.Cancel()), cancellation: cancellation.Token));

        var log = new List<string>();
        var other = Trainer.Run(job with { Settings = settings with { Seed = 43 }, Key = "another" }, log: log.Add);

        Assert.DoesNotContain(log, line => line.Contains("Going on", StringComparison.Ordinal));
        var fresh = Trainer.Run(SmallDataset.Job(folder, settings, "fresh"));
        Assert.NotEqual(File.ReadAllBytes(fresh.Files[^1]), File.ReadAllBytes(other.Files[^1]));
    }

    [Fact]
    public void A_damaged_state_costs_its_steps_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        var settings = SmallDataset.Settings with { MaxTrainEpochs = null, MaxTrainSteps = new(2, InEpochs: false) };
        var job = SmallDataset.Job(folder, settings);
        Directory.CreateDirectory(job.OutputFolder);
        File.WriteAllText(job.StateFile, "not a state");

        Assert.Equal(2, Trainer.Run(job).Steps);
    }

    [Fact]
    public void Where_files_of_an_interrupted_training_are_gone_it_starts_anew_and_ends_with_the_same_bits()
    {
        using var folder = new TemporaryFolder();
        var settings = SmallDataset.Settings with { MaxTrainEpochs = null, MaxTrainSteps = new(2, InEpochs: false), SaveEveryNSteps = 1 };
        var undisturbed = Trainer.Run(SmallDataset.Job(folder, settings));
        var job = SmallDataset.Job(folder, settings, "stopped");
        var stopped = Trainer.Run(job with { StopAfter = TimeSpan.Zero });
        File.Delete(Assert.Single(stopped.Files));

        var again = Trainer.Run(job);

        Assert.Equal(undisturbed.Losses, again.Losses);
        foreach (var file in undisturbed.Files)
            Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(job.OutputFolder, Path.GetFileName(file))));
    }

    [Fact]
    public void A_loss_that_is_not_a_number_stops_with_the_step_and_its_pictures_and_writes_nothing()
    {
        using var folder = new TemporaryFolder();
        var job = SmallDataset.Job(folder, model: WithNotANumber(folder));

        var problem = Assert.Throws<LoraBuildException>(() => Trainer.Run(job)).Diagnostic;

        Assert.Equal(DiagnosticCode.TrainingDiverged, problem.Code);
        Assert.Contains("step 1, with ", problem.Message, StringComparison.Ordinal);
        Assert.Matches(@"[12]_aoi/[a-f]\.png", problem.Message);
        Assert.False(Directory.Exists(job.OutputFolder));
    }

    [Fact]
    public void A_training_that_diverges_keeps_the_state_before_that_step_and_names_it_with_its_pictures()
    {
        using var folder = new TemporaryFolder();
        // Steps so large that the second one's numbers are beyond 32 bits.
        var settings =
            SmallDataset.Settings with { LearningRate = 1, TextEncoderLr = 1, NetworkAlpha = 1e4, ConvAlpha = 1e4, SaveEveryNEpochs = 0 };
        var job = SmallDataset.Job(folder, settings);

        var problem = Assert.Throws<LoraBuildException>(() => Trainer.Run(job)).Diagnostic;

        Assert.Equal(DiagnosticCode.TrainingDiverged, problem.Code);
        var step = int.Parse(
            Regex.Match(problem.Message, @"step (\d+), with [12]_aoi/[a-f]\.png").Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        Assert.InRange(step, 2, 12);
        Assert.Contains($"'{job.StateFile}'", problem.Message, StringComparison.Ordinal);
        Assert.Equal([job.StateFile], Directory.GetFiles(job.OutputFolder));
        using (var state = SafetensorsFile.Open(job.StateFile))
        {
            Assert.Equal([step - 1L], state.Shapes["losses"]);
            using var scope = NewDisposeScope();
            Assert.True(state.Load("weights").isfinite().all().item<bool>());
        }

        // Nothing was learnt from that step: going on meets it again.
        var log = new List<string>();
        var again = Assert.Throws<LoraBuildException>(() => Trainer.Run(job, log: log.Add)).Diagnostic;
        Assert.Equal(problem.Message, again.Message);
        Assert.Contains(log, line => line.Contains($"at step {step} of", StringComparison.Ordinal));
    }

    [Fact]
    public void A_clip_skip_deeper_than_the_text_encoder_is_refused()
    {
        using var folder = new TemporaryFolder();

        var problem = Assert.Throws<LoraBuildException>(
            () => Trainer.Run(SmallDataset.Job(folder, SmallDataset.Settings with { ClipSkip = 4 }))).Diagnostic;

        Assert.Equal(DiagnosticCode.InvalidTrainingSetting, problem.Code);
        Assert.Contains("only 3 layers", problem.Message, StringComparison.Ordinal);
    }

    // The miniature with one weight of the UNet's first layer made a NaN.
    private static string WithNotANumber(TemporaryFolder folder)
    {
        var path = folder.File("broken", "mini-sd.safetensors");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Copy(SmallDataset.Model, path);
        File.Copy(TestData.PathOf("mini-sd", "config.json"), folder.File("broken", "config.json"));
        long offset;
        using (var file = SafetensorsFile.Open(path))
            offset = file.Tensors["model.diffusion_model.input_blocks.0.0.weight"].Offset;
        using var stream = File.OpenWrite(path);
        stream.Position = offset;
        Span<byte> notANumber = stackalloc byte[2];
        BinaryPrimitives.WriteHalfLittleEndian(notANumber, Half.NaN);
        stream.Write(notANumber);
        return path;
    }

    private sealed class Callback(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
