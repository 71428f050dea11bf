using LoraBuild.Protocol.Previews;

namespace LoraBuild.Builds;

/// <summary>Previews, the training's log and merging, in real builds.</summary>
public sealed class PreviewTests
{
    private const string Page = "bin/report/index.html", Lora = "bin/Character.safetensors";

    [Fact]
    public void Previews_come_with_the_training_and_change_nothing_of_it()
    {
        using var plain = Project();
        Assert.True(plain.Build().Succeeded);
        Assert.False(Directory.Exists(plain.PathOf("bin/samples")));
        Assert.Contains("Loss over 2 steps", File.ReadAllText(plain.PathOf(Page)), StringComparison.Ordinal);
        using var project = WithPrompts(Project());

        var built = project.Build();

        Assert.True(built.Succeeded, built.Output);
        Assert.Equal(File.ReadAllBytes(plain.PathOf(Lora)), File.ReadAllBytes(project.PathOf(Lora)));
        string[] names =
            [
                "Character_000001_00_42.png", "Character_000001_01_7.png", "Character_000001_grid.png", "Character_000002_00_42.png",
                "Character_000002_01_7.png", "Character_000002_grid.png", "samples.json",
            ];
        Assert.Equal(names, Names(project));
        var page = File.ReadAllText(project.PathOf(Page));
        Assert.Contains("after step 2", page, StringComparison.Ordinal);
        Assert.True(project.Build().DidNothing);

        // Everything comes from the cache, and is the same to the byte.
        var outputs = project.Outputs();
        Assert.True(project.Clean().Succeeded);
        Assert.False(Directory.Exists(project.PathOf("bin/samples")));
        var again = project.Build();
        Assert.True(again.Succeeded && !again.Trained, again.Output);
        Assert.Equal(outputs, project.Outputs());
    }

    [Fact]
    public void Other_prompts_are_drawn_without_a_training_and_wrong_ones_stop_the_build_before_any_work()
    {
        using var project = WithPrompts(Project());
        project.Properties["LoraSaveEveryNSteps"] = "1";
        Assert.True(project.Build().Succeeded);
        var lora = File.ReadAllBytes(project.PathOf(Lora));

        project.Write("prompts.txt", "hoshinoaoi --w 64 --h 64 --s 2 --d 9\n");
        var other = project.Build();

        Assert.True(other.Succeeded && !other.Trained, other.Output);
        Assert.Equal(
            [
                "Character_000001_00_9.png", "Character_000001_grid.png", "Character_000002_00_9.png", "Character_000002_grid.png",
                "samples.json",
            ], Names(project));
        Assert.Equal(lora, File.ReadAllBytes(project.PathOf(Lora)));

        project.Write("prompts.txt", "hoshinoaoi --steps 2\n");
        var wrong = project.Build();
        Assert.False(wrong.Succeeded);
        Assert.Contains(wrong.Diagnostics, line => line.Contains("prompts.txt(1,12): error LB1016", StringComparison.Ordinal));

        project.Properties.Remove("LoraSamplePrompts");
        Assert.True(project.Build().Succeeded);
        Assert.False(Directory.Exists(project.PathOf("bin/samples")));
        Assert.DoesNotContain("after step 2", File.ReadAllText(project.PathOf(Page)), StringComparison.Ordinal);
    }

    [Fact]
    public void MergeLora_bakes_the_LoRA_into_the_base_model()
    {
        using var project = Project();
        project.Properties["LoraMergeStrength"] = "0.5";

        var merged = project.Build("-t:MergeLora");

        Assert.True(merged.Succeeded, merged.Output);
        var path = project.PathOf("bin/Character-merged.safetensors");
        using (var file = Diffusion.Safetensors.SafetensorsFile.Open(path))
            Assert.Equal("mini-sd, Character", file.Metadata["modelspec.merged_from"]);
        // A build can train on it.
        project.Write("models/merged/merged.safetensors", File.ReadAllBytes(path));
        project.Properties["LoraTokenizer"] = Path.Combine(Repository.Example, "models", "mini-sd", "tokenizer");
        project.Properties["LoraBaseModel"] = "models/merged/merged.safetensors";
        var trained = project.Build();
        Assert.True(trained.Succeeded && trained.Trained, trained.Output);
        // It is no epoch's file, although as long a name.
        Assert.True(File.Exists(path));

        project.Properties["LoraMergeStrength"] = "strong";
        Assert.Contains(project.Build("-t:MergeLora").Diagnostics, line => line.Contains("error LB1008", StringComparison.Ordinal));
    }

    [Fact]
    public void MergeLora_takes_the_LoRA_of_this_build_or_what_the_author_names()
    {
        using var project = Project();
        Assert.True(project.Build().Succeeded);
        File.Copy(project.PathOf(Lora), project.PathOf("own.safetensors"));
        var merged = project.PathOf("bin/Character-merged.safetensors");
        var upToDate = project.Build("-t:MergeLora");
        Assert.True(upToDate is { Succeeded: true, DidNothing: true } && File.Exists(merged), upToDate.Output);
        File.Delete(merged);

        foreach (var other in (string[][])[
            ["-p:LoraMaxTrainSteps=400", "-p:LoraStopAfterMinutes=0.001"], ["-p:LoraMaxTrainSteps=400", "-p:LoraTrain=false"],
        ])
        {
            var old = project.Build(["-t:MergeLora", .. other]);
            Assert.False(old.Succeeded, old.Output);
            Assert.Contains(old.Diagnostics, line => line.Contains("error LB1017", StringComparison.Ordinal));
            Assert.True(File.Exists(project.PathOf(Lora)) && !File.Exists(merged));
        }

        project.Properties["LoraTrain"] = "false";
        project.Items = "  <ItemGroup>\n    <LoraToMerge Include=\"own.safetensors\" />\n  </ItemGroup>\n";
        var named = project.Build("-t:MergeLora");
        Assert.True(named.Succeeded && File.Exists(merged), named.Output);
    }

    private static CharacterProject Project() => new CharacterProject(train: true).With("low/aoi_207.jpg");

    private static CharacterProject WithPrompts(CharacterProject project)
    {
        project.Write(
            "prompts.txt",
            "# previews\nhoshinoaoi --w 64 --h 64 --s 2\nhoshinoaoi, smile --n blurry --w 96 --h 64 --s 2 --d 7 --ss euler_a\n");
        project.Properties["LoraSamplePrompts"] = "prompts.txt";
        project.Properties["LoraSampleEveryNSteps"] = "1";
        return project;
    }

    private static IEnumerable<string?> Names(CharacterProject project) =>
        Directory.GetFiles(project.PathOf($"bin/{PreviewSheet.FolderName}")).Select(Path.GetFileName).Order(StringComparer.Ordinal);
}
