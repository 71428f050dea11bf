using LoraBuild.Base.Diagnostics;
using LoraBuild.Settings.SdScripts;

namespace LoraBuild.Settings.Tests.SdScripts;

public class SdScriptsConfigTests
{
    public static TheoryData<string> NoToml() =>
    [
        $"a = {new string('[', 65)}{new string(']', 65)}", new string('[', 100_000),
        "a = " + string.Concat(Enumerable.Repeat("{a=", 5_000)), "a = \"\\u00", "a = \"\\U0011", "a = \"\\x",
        "a = \"\"\"\\", "a = 1979-99-99", "a = 99999999999999999999999", "a = 1\na = 2", "[a]\n[a]", "\0", "a.b.", "= 1", "a = '\ud800'",
        "[[",
    ];

    [Theory]
    [MemberData(nameof(NoToml))]
    public void What_is_no_toml_is_told_and_not_thrown(string text)
    {
        using var folder = new TemporaryFolder();
        var config = Read(folder, text);
        Assert.NotEmpty(config.Diagnostics);
        Assert.All(config.Diagnostics, diagnostic => Assert.Equal(DiagnosticCode.TrainingConfigInvalid, diagnostic.Code));
    }

    [Fact]
    public void A_configuration_means_what_it_means_to_sd_scripts()
    {
        using var folder = new TemporaryFolder();
        var config = Read(folder, """
            # as kohya_ss writes them
            pretrained_model_name_or_path = "/models/anything.safetensors"
            learning_rate = 1e-4

            [network]
            network_module = "lycoris.kohya"
            network_dim = 16
            network_args = ["algo=loha", "conv_alpha=2", "bypass_mode=False"]

            [optimizer]
            optimizer_type = "AdamW"
            optimizer_args = [ "weight_decay=0.05", "betas=(0.9, 0.95)" ]
            text_encoder_lr = [5e-5]

            [any.name]
            resolution = "512,640"
            max_train_epochs = 8
            cache_latents = true
            console_log_file = "logs"
            """);

        Assert.Empty(config.Diagnostics);
        var warning = Assert.Single(config.Warnings);
        Assert.Equal(("LB5008", Severity.Warning), (warning.Code, warning.Severity));
        Assert.Contains("under bypass_mode, console_log_file, pretrained_model_name_or_path.", warning.Message, StringComparison.Ordinal);
        var settings = Parse(config);
        Assert.Equal(
            (1e-4, 5e-5, 16, 1.0, 16, 2.0),
            (settings.LearningRate, Assert.Single(settings.TextEncoderLr.Values), settings.NetworkDim, settings.NetworkAlpha,
                settings.ConvDim, settings.ConvAlpha));
        Assert.Equal((512, 640, 8), (settings.TrainedResolution.Width, settings.TrainedResolution.Height, settings.MaxTrainEpochs));
        Assert.Equal("weight_decay=0.05 betas=0.9,0.95", settings.OptimizerArgs.ToString());
        // What it leaves out is sd-scripts' default and not the article's.
        Assert.Equal(
            (false, false, false, 75, 1, 0.0),
            (settings.ShuffleCaption, settings.RandomCrop, settings.EnableBucket, settings.MaxTokenLength, settings.TrainBatchSize,
                settings.NoiseOffset));
        Assert.Equal((LearningRateSchedule.Constant, ModelPrecision.Float32), (settings.LrScheduler, settings.SavePrecision));
    }

    [Fact]
    public void A_dataset_configuration_counts_before_the_training_configuration_and_the_closest_table_before_the_others()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, "dataset.toml"), """
            [general]
            shuffle_caption = true
            keep_tokens = 1
            caption_extension = ".txt"

            [[datasets]]
            resolution = [512, 768]
            batch_size = 2
            keep_tokens = 2

              [[datasets.subsets]]
              image_dir = "a"
              num_repeats = 10
              keep_tokens = 3

              [[datasets.subsets]]
              image_dir = "b"
              keep_tokens = 3
            """);

        var config = Read(folder, """
            dataset_config = "dataset.toml"
            resolution = 256
            train_batch_size = 8
            keep_tokens = 9
            """);

        Assert.Empty(config.Diagnostics);
        Assert.Equal(["config.toml", "dataset.toml"], config.Files.Select(Path.GetFileName));
        var settings = Parse(config);
        Assert.Equal(
            (true, 3, 2, 512, 768),
            (settings.ShuffleCaption, settings.KeepTokens, settings.TrainBatchSize, settings.TrainedResolution.Width,
                settings.TrainedResolution.Height));
    }

    [Theory]
    [InlineData("seed = 1\n[a]\n  nois_offset = 0.1", 3, 3, "Did you mean 'noise_offset'?")]
    [InlineData("noise_offset = 2", 1, 1, "noise_offset is '2'; it must be a number from 0 to 1.")]
    [InlineData("seed = 1979-05-27", 1, 1, "seed is no single value.")]
    [InlineData("seed = \n", 1, 0, "no TOML")]
    [InlineData("seed = 1\nseed = 2", 2, 0, "no TOML")]
    [InlineData("network_args = [\"algo=loha\",\n  \"conv_din=4\"]", 2, 3, "Did you mean 'conv_dim'?")]
    [InlineData("network_args = [\"algo\"]", 1, 1, "list of texts")]
    [InlineData("\nnetwork_module = \"networks.dylora\"", 2, 1, "it must be lycoris.kohya or networks.lora")]
    [InlineData("dataset_config = \"nowhere.toml\"", 0, 0, "cannot be read")]
    public void What_is_wrong_is_told_with_its_place(string toml, int line, int column, string message)
    {
        using var folder = new TemporaryFolder();

        var problem = Assert.Single(Read(folder, toml).Diagnostics);

        Assert.Equal((DiagnosticCode.TrainingConfigInvalid, Severity.Error, line), (problem.Code, problem.Severity, problem.Line));
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
        if (column > 0)
            Assert.Equal(column, problem.Column);
    }

    [Fact]
    public void Brackets_that_nest_too_deep_are_an_error_in_the_authors_words()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("deep.toml", $"a = {new string('[', 65)}{new string(']', 65)}\n");

        var problem = Assert.Single(SdScriptsConfig.Read(path).Diagnostics);

        Assert.Equal((DiagnosticCode.TrainingConfigInvalid, path), (problem.Code, problem.File));
        Assert.EndsWith("Its brackets nest too deep.", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_in_another_encoding_is_one_error_with_its_place()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "config.toml");
        File.WriteAllBytes(path, [.. "seed = 1\noutput_name = '"u8, 0xE0, 0xEE, 0xE8, (byte)'\'']);

        var problem = Assert.Single(SdScriptsConfig.Read(path).Diagnostics);

        Assert.Equal((DiagnosticCode.TrainingConfigInvalid, 2, 16), (problem.Code, problem.Line, problem.Column));
    }

    [Fact]
    public void What_stands_twice_with_two_values_in_one_file_is_an_error_and_in_two_a_warning()
    {
        Assert.Contains(
            "than line 2 does", Assert.Single(Read("[a]\nseed = 1\n[b]\nseed = 2").Diagnostics).Message, StringComparison.Ordinal);
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, "dataset.toml"), "[general]\nshuffle_caption = true\n");

        var config = Read(folder, "shuffle_caption = false\ndataset_config = 'dataset.toml'");

        Assert.Empty(config.Diagnostics);
        var warning = Assert.Single(config.Warnings);
        Assert.Equal((DiagnosticCode.SettingWithoutEffect, 1), (warning.Code, warning.Line));
        Assert.True(Parse(config).ShuffleCaption);
    }

    [Fact]
    public void A_suggested_name_is_one_that_is_taken()
    {
        var suggested = new System.Text.RegularExpressions.Regex("Did you mean '([^']+)'");
        string[] names = [.. Options.Training.Select(option =>
            option.Name!), "base_weights", "lr_scheduler_type", "initial_step", "face_crop_aug_range"];
        foreach (var name in names)
        {
            foreach (var form in new[] { "{0} = 1", "network_args = ['{0}=1']" })
            {
                foreach (var problem in Read(
                    string.Format(System.Globalization.CultureInfo.InvariantCulture, form, name + "x")).Diagnostics)
                {
                    if (suggested.Match(problem.Message) is not { Success: true } match)
                        continue;
                    var again =
                        Read(string.Format(System.Globalization.CultureInfo.InvariantCulture, form, match.Groups[1].Value)).Diagnostics;
                    Assert.DoesNotContain(again, told => told.Message.Contains("There is no", StringComparison.Ordinal)
                        || told.Message.Contains("does not have", StringComparison.Ordinal));
                }
            }
        }
    }

    [Theory]
    [InlineData("network_train_text_encoder_only = true", "CLIPAttention, CLIPMLP")]
    [InlineData("base_weights = [\"a.safetensors\"]", "LoraNetworkWeights")]
    [InlineData("network_args = [\"block_lr_zero_threshold=0.1\"]", "LoraDownLrWeight")]
    [InlineData("save_n_epoch_ratio = 4", "LoraSaveEveryNEpochs")]
    public void An_option_that_would_change_the_training_and_is_not_there_is_an_error_that_says_what_to_do(string toml, string instead)
    {
        var problem = Assert.Single(Read(toml).Diagnostics);

        Assert.Equal(DiagnosticCode.TrainingConfigInvalid, problem.Code);
        Assert.Contains("LoraBuild does not have", problem.Message, StringComparison.Ordinal);
        Assert.Contains(instead, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_that_are_off_and_LyCORIS_own_names_of_options_are_read()
    {
        var config = Read("network_train_text_encoder_only = false\nnetwork_args = [\"algo=loha\", \"dropout=0.25\", \"use_cp=True\"]");

        Assert.Empty(config.Diagnostics);
        Assert.Contains("network_train_text_encoder_only", Assert.Single(config.Warnings).Message, StringComparison.Ordinal);
        var settings = Parse(config);
        Assert.Equal((0.25, true), (settings.NetworkDropout, settings.UseTucker));
    }

    [Fact]
    public void Folders_with_different_options_are_an_error_because_a_project_has_one_for_all()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(
            Path.Combine(folder.Path, "dataset.toml"),
            "[[datasets]]\n[[datasets.subsets]]\nimage_dir = 'a'\nkeep_tokens = 1\n[[datasets.subsets]]\nimage_dir = 'b'\nkeep_tokens = "
            + "2\n");

        var problem = Assert.Single(Read(folder, "dataset_config = 'dataset.toml'").Diagnostics);

        Assert.Equal((7, 1), (problem.Line, problem.Column));
        Assert.Contains("line 4", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_old_flags_for_optimizers_are_read() =>
        Assert.Equal(OptimizerType.Lion, Parse(Read("use_lion_optimizer = true")).OptimizerType);

    [Fact]
    public void A_missing_file_is_an_error() =>
        Assert.Equal(DiagnosticCode.TrainingConfigInvalid, Assert.Single(SdScriptsConfig.Read("/nowhere/config.toml").Diagnostics).Code);

    private static TrainingSettings Parse(SdScriptsConfig config)
    {
        var settings = TrainingSettings.Parse(config.Options, out var problems);
        Assert.Empty(problems);
        return settings;
    }

    private static SdScriptsConfig Read(string toml)
    {
        using var folder = new TemporaryFolder();
        return Read(folder, toml);
    }

    private static SdScriptsConfig Read(TemporaryFolder folder, string toml)
    {
        var path = Path.Combine(folder.Path, "config.toml");
        File.WriteAllText(path, toml);
        return SdScriptsConfig.Read(path);
    }
}
