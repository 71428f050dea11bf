using System.Text;
using LoraBuild.Protocol.Previews;
using LoraBuild.Settings;
using LoraBuild.Settings.Sampling;
using LoraBuild.Training.Jobs;
using LoraBuild.Training.Previews;
using LoraBuild.Training.Schedules;

namespace LoraBuild.Training.Tests.Previews;

public class PreviewTests
{
    private static readonly PictureRequest[] Prompts =
    [
        new() { Prompt = "aoi", Seed = 5, Width = 64, Height = 64, Steps = 2, Guidance = 3 },
        new() { Prompt = "1girl, café", NegativePrompt = "black hair", Seed = 6, Width = 96, Height = 64, Steps = 3, Guidance = 3,
            Sampler = SamplerKind.EulerAncestral },
    ];

    [Theory]
    [Trait("Speed", "Slow")]
    [InlineData(nameof(OptimizerType.Lion8bit))]
    [InlineData(nameof(OptimizerType.AdamWScheduleFree))]
    public void Previews_change_no_bit_of_the_training(string optimizer)
    {
        using var folder = new TemporaryFolder();
        var settings = SmallDataset.Settings with { OptimizerType = OptimizerType.Of(optimizer), NetworkDropout = 0.1 };
        var without = Trainer.Run(SmallDataset.Job(folder, settings, "without"));
        var job = Job(folder, settings with { SampleAtFirst = true, SampleEveryNSteps = 4 });

        var with = Trainer.Run(job);

        Assert.Equal(without.Losses, with.Losses);
        Assert.Equal(without.Files.Select(File.ReadAllBytes), with.Files.Select(File.ReadAllBytes));
        var sheet = PreviewSheet.TryRead(job.SampleFolder)!;
        Assert.Equal([0, 4, 8, 12], sheet.Rows.Select(row => row.Moment.Steps));
        // They show what is learnt.
        Assert.NotEqual(sheet.Rows[0].Pictures[0].Sha256, sheet.Rows[^1].Pictures[0].Sha256);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task Interrupted_anywhere_no_preview_is_lost_or_drawn_twice_and_all_have_the_same_bytes()
    {
        using var folder = new TemporaryFolder();
        var settings = SmallDataset.Settings with { SampleAtFirst = true };
        var undisturbed = Job(folder, settings);
        Trainer.Run(undisturbed);
        var job = Job(folder, settings, "disturbed");
        var expected = Files(undisturbed.SampleFolder);

        // A run is cancelled as soon as it has drawn four further files, more than a moment has, and at the latest after its second moment.
        var runs = 0;
        TrainingResult? result = null;
        while (result is null)
        {
            Assert.True(++runs < 20);
            using var cancellation = new CancellationTokenSource();
            using var over = new ManualResetEventSlim();
            var before = Drawn();
            var watcher = Task.Factory.StartNew(
                () =>
                {
                    while (!over.Wait(1))
                    {
                        if (Drawn() > before + 3)
                            cancellation.Cancel();
                    }
                },
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default);
            var moments = 0;
            try
            {
                result = Trainer.Run(job, log: CancelAfterTheSecondMoment, cancellation: cancellation.Token);
            }
            catch (OperationCanceledException)
            {
            }
            finally
            {
                over.Set();
                await watcher;
            }

            void CancelAfterTheSecondMoment(string line)
            {
                if (line.StartsWith("Previews ", StringComparison.Ordinal) && ++moments == 2)
                    cancellation.Cancel();
            }
        }

        Assert.True(runs > 1);
        Assert.Equal(expected, Files(job.SampleFolder));

        // The training makes the folder, and may empty it meanwhile.
        int Drawn()
        {
            try
            {
                return Directory.GetFiles(job.SampleFolder, "*.png").Length;
            }
            catch (DirectoryNotFoundException)
            {
                return 0;
            }
        }
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Previews_have_sd_scripts_names_a_grid_and_stable_diffusion_webuis_parameters()
    {
        using var folder = new TemporaryFolder();
        var job = Job(folder, SmallDataset.Settings with { SampleEveryNEpochs = 2 }) with { ShownSampleFolder = folder.File("shown") };
        Trainer.Run(job);

        string[] names = ["aoi_e000002_00_5.png", "aoi_e000002_01_6.png", "aoi_e000002_grid.png", "samples.json"];
        Assert.Equal(names, Files(job.SampleFolder).Keys);
        Assert.Equal(names[..3], Files(job.ShownSampleFolder!).Keys);
        var text = Encoding.Latin1.GetString(File.ReadAllBytes(Path.Combine(job.SampleFolder, names[1])));
        Assert.Contains(
            "tEXtparameters\01girl, café\nNegative prompt: black hair\nSteps: 3, Sampler: Euler a, CFG scale: 3, Seed: 6, Size: 96x64, "
            + "Model hash: ", text, StringComparison.Ordinal);
        var grid = Imaging.PictureDecoder.Decode(Path.Combine(job.SampleFolder, names[2])).Raster;
        Assert.Equal((192, 64), (grid.Width, grid.Height));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Previews_that_were_not_asked_for_in_time_are_drawn_from_the_files()
    {
        using var folder = new TemporaryFolder();
        var settings = SmallDataset.Settings with { SavePrecision = ModelPrecision.Float32, SampleAtFirst = true };
        var (inTime, late) = (Job(folder, settings, "time"), Job(folder, settings, "late"));
        Trainer.Run(inTime);
        Trainer.Run(late with { SamplePrompts = [], Settings = settings.WithoutSamples() });

        LatePreviews.Draw(late);

        // Of weights in 32 bits nothing is lost by way of a file.
        Assert.Equal(Files(inTime.SampleFolder).Keys, Files(late.SampleFolder).Keys);
        foreach (var name in Files(inTime.SampleFolder).Keys.Where(name => name.EndsWith(".png", StringComparison.Ordinal)))
        {
            var (a, b) = (Pixels(inTime, name), Pixels(late, name));
            Assert.True(a.Zip(b).All(pair => Math.Abs(pair.First - pair.Second) <= 2), name);
        }

        static byte[] Pixels(TrainingJob job, string name) =>
            Imaging.PictureDecoder.Decode(Path.Combine(job.SampleFolder, name)).Raster.Pixels;
    }

    [Fact]
    public void Moments_are_those_of_sd_scripts()
    {
        var plan = new TrainingPlan(TotalSteps: 10, WarmupSteps: 0, BatchesPerEpoch: 4);

        Assert.Equal([4, 8, 10], Moments(new()));
        Assert.Equal([0, 8], Moments(new() { SampleEveryNEpochs = 2, SampleAtFirst = true, SampleEveryNSteps = 3 }));
        Assert.Equal([3, 6, 9], Moments(new() { SampleEveryNSteps = 3 }));

        IEnumerable<int> Moments(TrainingSettings settings) =>
            new PreviewPlan(settings, plan, Prompts, "aoi").Moments.Select(moment => moment.Steps);
    }

    private static TrainingJob Job(TemporaryFolder folder, TrainingSettings settings, string output = "with") =>
        SmallDataset.Job(folder, settings, output) with { SamplePrompts = Prompts, SampleFolder = folder.File(output, "samples") };

    private static SortedDictionary<string, string> Files(string folder) => new(
        Directory.GetFiles(folder).ToDictionary(file => Path.GetFileName(file), file => Base.Hashing.ContentHash.OfFile(file).ToString()),
        StringComparer.Ordinal);
}
