namespace LoraBuild.Builds;

/// <summary>To sd-scripts and from it: configurations, and a dataset folder with regularisation images.</summary>
public sealed class SdScriptsTests
{
    [Fact]
    public void A_project_reads_an_authors_configuration_and_writes_one_of_its_own()
    {
        using var project = new CharacterProject().With("low/aoi_207.jpg").With("low/aoi_201.jpg", "regularization/2_girl/other.jpg");
        project.Properties.Remove("LoraMaxTrainSteps");
        project.Properties["LoraTrainingConfig"] = "kohya/config.toml";
        project.Properties["LoraKeepTokens"] = "1";
        project.Write(
            "kohya/config.toml",
            "[train]\nmax_train_steps = 77\nkeep_tokens = 3\nnetwork_args = [\"algo=loha\"]\nconsole_log_file = \"logs\"\n");

        var build = project.Build("-t:ExportSdScripts");

        Assert.True(build.Succeeded, build.Output);
        Assert.Single(build.Diagnostics, line =>
            line.Contains("config.toml : warning LB5008", StringComparison.Ordinal)
                && line.Contains("under console_log_file.", StringComparison.Ordinal));
        var config = File.ReadAllText(project.PathOf("bin/sd-scripts/config.toml"));
        Assert.Contains("max_train_steps = 77\n", config, StringComparison.Ordinal);
        Assert.Contains("mini-sd.safetensors\"\n", config, StringComparison.Ordinal);
        var dataset = File.ReadAllText(project.PathOf("bin/sd-scripts/dataset.toml"));
        Assert.Contains("keep_tokens = 1\n", dataset, StringComparison.Ordinal);
        Assert.Contains("shuffle_caption = false\n", dataset, StringComparison.Ordinal);
        Assert.Contains("/bin/dataset/regularization/2_girl\"\nnum_repeats = 2\nis_reg = true\n", dataset, StringComparison.Ordinal);
        Assert.Equal("girl", project.Captions()[Path.Combine("regularization", "2_girl", "regularization+other.txt")]);
        Assert.Equal(2, build.Processed("Normalize"));
        Assert.Equal(1, build.Processed("Tag"));

        project.Write("kohya/config.toml", "[train]\nmax_train_step = 77\n");
        var wrong = project.Build("-t:ExportSdScripts");

        Assert.False(wrong.Succeeded);
        var line = Assert.Single(wrong.Diagnostics, line => line.Contains("LB1015", StringComparison.Ordinal));
        Assert.Contains("config.toml(2,1): error", line, StringComparison.Ordinal);
        Assert.Contains("Did you mean 'max_train_steps'?", line, StringComparison.Ordinal);
    }
}
