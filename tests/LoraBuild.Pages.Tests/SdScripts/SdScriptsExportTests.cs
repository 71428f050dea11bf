using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using LoraBuild.Dataset.Manifest;
using LoraBuild.Pages.SdScripts;
using LoraBuild.Protocol.Models;
using LoraBuild.Settings;
using LoraBuild.Settings.SdScripts;
using Tomlyn.Parsing;

namespace LoraBuild.Pages.Tests.SdScripts;

public class SdScriptsExportTests
{
    private static readonly DatasetManifest Manifest = new(
        ["hoshino aoi"],
        [Group("16_hoshino aoi", 16, 2), Group("4_hoshino aoi", 4, 3), Group("regularization/1_girl", 1, 5, isRegularization: true)]);

    [Property(MaxTest = 200)]
    public Property Read_back_it_gives_the_same_settings() => Prop.ForAll(
        Gen.SubListOf(ChangedOptions.All.AsEnumerable()).ToArbitrary(),
        changed =>
        {
            var settings = TrainingSettings.Parse(changed.ToDictionary(), out _);
            var read = RoundTrip(settings);
            // (2 x 16 + 3 x 4) samples of hers and as many others.
            var samplesPerStep = settings.TrainBatchSize * settings.GradientAccumulationSteps;
            var epoch = ((2 * 44) + samplesPerStep - 1) / samplesPerStep;
            var total = settings.MaxTrainEpochs is { } passes ? passes * epoch : settings.MaxTrainSteps.Steps(epoch);
            var expected = settings with
            {
                MaxTrainSteps = InSteps(settings.MaxTrainSteps, epoch, total),
                LrWarmupSteps = InSteps(settings.LrWarmupSteps, epoch, total),
            };
            return read == expected with
            {
                AlphaMask = settings.UsesMasks, Resume = null, EmaDecay = null, BlocksToSwap = 0, Resolution = settings.TrainedResolution,
            };
        });

    [Theory]
    [InlineData(32, true, 1)]
    [InlineData(96, true, 1)]
    [InlineData(64, true, 0)]
    [InlineData(128, true, 0)]
    [InlineData(32, false, 0)]
    public void Steps_of_buckets_that_sd_scripts_refuses_are_warned_about(int steps, bool enabled, int count) => Assert.Equal(
        count,
        new SdScriptsExport(new() { BucketResoSteps = steps, EnableBucket = enabled }, Manifest, "/d").Warnings
            .Count(warning => warning is { Code: "LB5010", Severity: Base.Diagnostics.Severity.Warning }));

    [Fact]
    public void What_a_models_files_tell_sd_scripts_is_told()
    {
        var model = new ModelDescription(
            "SDXL", new(1024, 1024), PredictsVelocity: true, HasZeroTerminalSnr: true, new("sdxl_train_network.py", 32, ["no_half_vae"]),
            new("", "", "", ""));
        var settings = new TrainingSettings { BucketResoSteps = 48, TextEncoderLr = TextEncoderRates.TryParse("0.0001,1e-5")! };

        var export = new SdScriptsExport(settings, Manifest, "/d", model);

        var toml = export.Training("xl.safetensors", null, "/out", "aoi");
        Assert.All(
            ["v_parameterization = true", "zero_terminal_snr = true", "no_half_vae = true", "text_encoder_lr = [0.0001, 1E-05]"],
            line => Assert.Contains($"\n{line}\n", toml, StringComparison.Ordinal));
        Assert.Equal("sdxl_train_network.py", export.Script);
        Assert.Contains("multiples of 32 alone", Assert.Single(export.Warnings).Message, StringComparison.Ordinal);
        Assert.Empty(new SdScriptsExport(settings with { BucketResoSteps = 96 }, Manifest, "/d", model).Warnings);
    }

    [Fact]
    public void Texts_of_strangers_stay_texts()
    {
        var settings = new TrainingSettings { CaptionPrefix = "\"\nmax_train_steps = 1\n[x]\u0000\u007F\u2028\"\"\" # \\" };
        var manifest = new DatasetManifest(["aoi"], [Group("16_\"]\n[general]\nshuffle_caption = false", 16, 1)]);

        var toml = new SdScriptsExport(settings, manifest, "/d").Dataset();

        var read = SyntaxParser.Parse(toml, "dataset.toml", validate: true);
        Assert.False(read.HasErrors);
        Assert.Equal(3, read.Tables.ChildrenCount);
        Assert.Equal(settings.CaptionPrefix, RoundTrip(settings).CaptionPrefix);
    }

    [Fact]
    public void Sd_scripts_own_LoRA_is_a_module_of_its_own()
    {
        var settings = new TrainingSettings { Algo = AdapterAlgorithm.Lora, ConvDim = 2, ConvAlpha = 1 };

        var read = RoundTrip(settings);

        Assert.Equal((AdapterAlgorithm.Lora, 2, 1.0), (read.Algo, read.ConvDim, read.ConvAlpha));
        Assert.Equal(0, RoundTrip(settings with { ConvDim = 0 }).ConvDim);
    }

    [Fact]
    public void A_state_to_resume_from_is_left_out_with_a_comment_that_says_so()
    {
        var settings = new TrainingSettings { Resume = "states/aoi-state.safetensors" };

        Assert.Contains(
            "# LoraResume is left out", new SdScriptsExport(settings, Manifest, "/d").Training(null, null, "/o", "aoi"),
            StringComparison.Ordinal);
        Assert.DoesNotContain(
            "resume", new SdScriptsExport(new(), Manifest, "/d").Training(null, null, "/o", "aoi"), StringComparison.OrdinalIgnoreCase);
        Assert.Null(RoundTrip(settings).Resume);
    }

    [Fact]
    public void Awkward_texts_survive()
    {
        var settings = new TrainingSettings { CaptionPrefix = "a \"b\" \\(c\\)\té ⦅", KeepTokensSeparator = "|||",
            CaptionSuffix = "42", SecondarySeparator = ";;;" };

        var read = RoundTrip(settings);

        Assert.Equal(
            (settings.CaptionPrefix, "|||", "42", ";;;"),
            (read.CaptionPrefix, read.KeepTokensSeparator, read.CaptionSuffix, read.SecondarySeparator));
    }

    [Fact]
    public void The_dataset_configuration_names_every_folder_with_its_repeats()
    {
        var toml = new SdScriptsExport(new() { KeepTokens = 1 }, Manifest, "/data set").Dataset();

        Assert.Contains("keep_tokens = 1\n", toml, StringComparison.Ordinal);
        Assert.Contains("resolution = [768, 768]\n", toml, StringComparison.Ordinal);
        Assert.Contains("shuffle_caption = true\n", toml, StringComparison.Ordinal);
        Assert.Contains("[[datasets]]\nbatch_size = 4\n", toml, StringComparison.Ordinal);
        Assert.Contains(
            "[[datasets.subsets]]\nimage_dir = \"/data set/16_hoshino aoi\"\nnum_repeats = 16\n", toml, StringComparison.Ordinal);
        Assert.Contains(
            "image_dir = \"/data set/regularization/1_girl\"\nnum_repeats = 1\nis_reg = true\n", toml, StringComparison.Ordinal);
    }

    [Fact]
    public void Bounds_of_buckets_that_do_not_count_keep_to_the_resolution_because_sd_scripts_looks_at_them()
    {
        var toml = new SdScriptsExport(new() { Resolution = new(128, 1280) }, Manifest, "/data").Dataset();

        Assert.Contains("min_bucket_reso = 128\nmax_bucket_reso = 1280\n", toml, StringComparison.Ordinal);
    }

    [Fact]
    public void The_training_configuration_has_sd_scripts_types()
    {
        var toml =
            new SdScriptsExport(new(), Manifest, "/data").Training("/models/sd.safetensors", "/models/vae.safetensors", "/out", "aoi");

        var lines = toml.Split('\n');
        Assert.Contains("pretrained_model_name_or_path = \"/models/sd.safetensors\"", lines);
        Assert.Contains("vae = \"/models/vae.safetensors\"", lines);
        Assert.Contains("dataset_config = \"/out/dataset.toml\"", lines);
        Assert.Contains("network_module = \"lycoris.kohya\"", lines);
        Assert.Matches("network_args = \\[.*\"algo=loha\".*\"conv_dim=4\"", toml);
        Assert.Contains("max_train_steps = 220", lines);
        Assert.Contains("lr_warmup_steps = 22", lines);
        Assert.Contains("xformers = true", lines);
        Assert.Contains("network_alpha = 4.0", lines);
        Assert.Contains("validation_split = 0.0", lines);
        Assert.Contains("network_dim = 4", lines);
        Assert.Contains("max_token_length = 225", lines);
        Assert.Contains("optimizer_type = \"lion8bit\"", lines);
        Assert.Contains("optimizer_args = [\"weight_decay=0.1\"]", lines);
        Assert.Contains("text_encoder_lr = 7.5E-05", lines);
        Assert.DoesNotContain(lines, line => line.StartsWith("clip_skip", StringComparison.Ordinal));
    }

    private static TrainingSettings RoundTrip(TrainingSettings settings)
    {
        using var folder = new TemporaryFolder();
        var export = new SdScriptsExport(settings, Manifest, "/data");
        var config = Path.Combine(folder.Path, SdScriptsExport.TrainingFile);
        File.WriteAllText(config, export.Training(null, null, folder.Path, "aoi"));
        File.WriteAllText(Path.Combine(folder.Path, SdScriptsExport.DatasetFile), export.Dataset());
        var read = SdScriptsConfig.Read(config);
        Assert.Empty(read.Diagnostics);
        return TrainingSettings.Parse(read.Options, out _);
    }

    private static TrainingLength InSteps(TrainingLength length, int epoch, long total) =>
        length.InEpochs ? new((int)length.Steps(epoch, total), false) : length;

    private static DatasetGroup Group(string folder, int repeats, int count, bool isRegularization = false) => new(
        folder, repeats, [.. Enumerable.Range(0, count).Select(i => new DatasetPicture($"{i}.png", "", 512, 512, "aoi", "", null))],
        isRegularization);
}
