using System.Globalization;
using System.Text;

namespace LoraBuild.Builds;

/// <summary>What an author wrote and what has no effect is named, before it costs a training.</summary>
public sealed class SilenceTests
{
    [Fact]
    public void Settings_texts_and_items_without_effect_are_warned_about_in_one_build()
    {
        using var project = new CharacterProject(train: true).With("low/aoi_207.jpg");
        project.Write("images/low/aoi_207.txt", string.Join(", ", Enumerable.Range(0, 100).Select(tag => string.Create(
            CultureInfo.InvariantCulture, $"tag number {tag}"))));
        project.Write("config.toml", "learning_rate = 1e-4\nlr_scheduler_power = 2.0\noutput_dir = 'x'\n");
        project.Write("prompts.txt", "hoshinoaoi --w 64 --h 64 --s 1 --l 1 --n blurry\n");
        // As an editor wraps it.
        project.Properties["LoraTrain"] = "\n      true\n    ";
        project.Properties["LoraTrainingConfig"] = "config.toml";
        project.Properties["LoraSamplePrompts"] = "prompts.txt";
        project.Properties["LoraSampleEveryNSteps"] = "3";
        project.Properties["LoraTextEncoderLr"] = "0";
        project.Properties["LoraHuberC"] = "0.1";
        project.Properties["LoraLrScheduler"] = "cosine";
        project.Properties["LoraLrWarmupSteps"] = "1 epoch";
        project.Properties["LoraRemoteCacheReadOnly"] = "true";
        project.Items = "  <ItemGroup><CharacterImage Update=\"images/low/aoi_207.jpg\" Repeat=\"3\" /></ItemGroup>\n";

        var build = project.Build();

        Assert.True(build.Succeeded, build.Output);
        foreach (var (place, message) in new[]
        {
            ("Character.loraproj(", "LoraTextEncoderLr is 0"),
            ("Character.loraproj(", "LoraHuberC (0.1) has no effect"),
            ("Character.loraproj(", "LoraRemoteCacheReadOnly (true) has no effect"),
            ("Character.loraproj(", "Metadata 'Repeat' of CharacterImage has no effect. Did you mean 'Repeats'?"),
            ("config.toml(2,1)", "LoraLrSchedulerPower (2) has no effect"),
            ("config.toml : ", "output_dir"),
            ("prompts.txt(1,1)", "The negative prompt has no effect"),
            ("Character.loraproj(", "LoraLrWarmupSteps is 1 epoch, 2 steps, but the training has 2: the learning rate rises to 5e-5"),
            ("Character.loraproj(", "LoraSampleEveryNSteps is 3, but the training has 2 steps"),
        })
        {
            Assert.Single(build.Diagnostics, line => line.Contains(place, StringComparison.Ordinal)
                && line.Contains("warning LB5008", StringComparison.Ordinal) && line.Contains(message, StringComparison.Ordinal));
        }

        Assert.Single(build.Diagnostics, line => line.Contains("Character.loraproj : warning LB5009", StringComparison.Ordinal)
            && line.Contains("aoi_207.png (", StringComparison.Ordinal));
    }

    [Fact]
    public void What_would_fail_after_the_training_or_learn_nothing_fails_before_any_picture_is_read()
    {
        using var project = new CharacterProject(train: true).With("low/aoi_207.jpg");
        project.Write("prompts.txt", Encoding.Latin1.GetBytes("1girl\ncaf\u00e9\n"));
        foreach (var (property, value, expected) in new[]
        {
            ("LoraOutputName", new string('a', 240), "error LB1008"),
            ("LoraMaxTrainSteps", "2000000000 epochs", "error LB1008"),
            ("LoraLearningRate", "0 --", "error LB1008"),
            ("LoraNetworkWeights", "nowhere.safetensors", "error LB4001"),
            ("LoraBaseModelSha256", new string('0', 64), "error LB6007"),
            ("LoraRegularizationPrompts", "prompts.txt", "prompts.txt(2,4): error LB1016"),
        })
        {
            var build = project.Build($"-p:{property}={value}");

            Assert.False(build.Succeeded);
            Assert.Contains(build.Diagnostics, line => line.Contains(expected, StringComparison.Ordinal));
            Assert.Null(build.Processed("Normalize"));
        }

        foreach (var (target, setting, expected) in new[]
        {
            ("Publish", "LoraPublishEpochs=abc", "error LB1008: LoraPublishEpochs is 'abc'"),
            ("Evaluate", "LoraEvaluateNotes=missing.txt", "error LB6004: LoraEvaluateNotes names 'missing.txt'"),
            ("MergeLora", "LoraMergeInto=missing.safetensors", "error LB4001: LoraMergeInto names 'missing.safetensors'"),
        })
        {
            var build = project.Build($"-t:{target}", $"-p:{setting}");

            Assert.False(build.Succeeded);
            Assert.Single(build.Diagnostics, line => line.Contains(expected, StringComparison.Ordinal)
                && line.Contains("Character.loraproj", StringComparison.Ordinal));
            Assert.Null(build.Processed("Normalize"));
        }

        var engines = project.Build("-t:CheckEngines", "-p:LoraTensorEngine=torchsharp", "-p:LoraLibtorch=/nowhere");
        Assert.Single(engines.Diagnostics, line => line.Contains("warning LB5008: LoraLibtorch", StringComparison.Ordinal));

        project.Properties["LoraHasNvidiaGpu"] = "true";
        var late = project.Build("-t:CheckEngines");
        Assert.Single(late.Diagnostics, line => line.Contains("Character.loraproj : warning LB5008", StringComparison.Ordinal)
            && line.Contains("they are read before the project's own lines", StringComparison.Ordinal));
        project.Properties.Remove("LoraHasNvidiaGpu");

        var nothing = project.Build("-p:LoraLearningRate=0", "-p:LoraTextEncoderLr=0");
        Assert.Single(nothing.Diagnostics, line => line.Contains("error LB5001: All learning rates are 0", StringComparison.Ordinal));
        Assert.Null(nothing.Processed("Normalize"));
    }

    [Fact]
    public void A_folder_whose_name_MSBuild_takes_for_another_is_named()
    {
        using var project = new CharacterProject(folder: "a%20b").With("low/aoi_207.jpg");

        var build = project.Build();

        Assert.False(build.Succeeded);
        Assert.Contains("a%20b", Assert.Single(build.Diagnostics, line => line.Contains(
            "error LB1018", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a;b")]
    [InlineData("$(x) @(y)")]
    [InlineData("it's 100% #1")]
    public void Other_names_of_folders_that_mean_something_to_MSBuild_are_names(string folder)
    {
        using var project = new CharacterProject(folder: folder).With("low/aoi_207.jpg");

        var build = project.Build();

        Assert.True(build.Succeeded, build.Output);
        Assert.Single(project.Captions());
    }
}
