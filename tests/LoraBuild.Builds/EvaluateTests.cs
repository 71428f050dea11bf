using System.Text.Json;

namespace LoraBuild.Builds;

/// <summary><c>dotnet build -t:Evaluate</c>, with as few and as small pictures as will do.</summary>
public sealed class EvaluateTests
{
    [Fact]
    public void A_second_evaluation_does_nothing_and_another_LoRA_draws_none_of_the_base_models_pictures_again()
    {
        using var project = TwoPictures();

        var first = Evaluate(project);
        var outputs = project.Outputs();
        Assert.Equal((14, 14), (first.Processed("Draw"), first.Processed("Tag")));
        Assert.Contains("Evaluate: Character.safetensors, 'hoshinoaoi': identity ", first.Output, StringComparison.Ordinal);

        var second = Evaluate(project);
        Assert.True(second.DidNothing, second.Output);
        Assert.Contains("Draw: 0 of 14 pictures, 14 up to date", second.Output, StringComparison.Ordinal);
        Assert.Equal(outputs, project.Outputs());

        project.Properties["LoraSeed"] = "43";
        var third = Evaluate(project);
        Assert.Contains("Draw: 8 of 14 pictures, 6 up to date", third.Output, StringComparison.Ordinal);

        // Back again, and at another place, all comes from the cache, to the same bytes.
        project.Properties.Remove("LoraSeed");
        Directory.Delete(project.PathOf("bin"), recursive: true);
        Directory.Delete(project.PathOf("obj"), recursive: true);
        var fourth = Evaluate(project);
        Assert.Contains("Draw: 0 of 14 pictures, 14 from the cache", fourth.Output, StringComparison.Ordinal);
        Assert.Equal(outputs, project.Outputs());
    }

    [Fact]
    public void The_evaluation_asks_for_what_the_dataset_lacks_and_says_what_came_of_it()
    {
        using var project = TwoPictures();
        Evaluate(project);

        using var report = JsonDocument.Parse(File.ReadAllBytes(project.PathOf("bin/evaluation/evaluation.json")));
        var character = report.RootElement.GetProperty("characters")[0];
        var captions = string.Join(", ", project.Captions().Values).Split(", ").ToHashSet();

        Assert.Equal((64, 64), (report.RootElement.GetProperty("conditions").GetProperty("width").GetInt32(), report.RootElement.GetProperty("conditions").GetProperty("height").GetInt32()));
        Assert.Contains("black hair", character.GetProperty("features").EnumerateArray().Select(feature => feature.GetProperty("tag").GetString()));
        Assert.All(character.GetProperty("cases").EnumerateArray(), one =>
        {
            if (one.GetProperty("case").GetProperty("family").GetString() is "obedience" or "leakage")
                Assert.DoesNotContain(one.GetProperty("case").GetProperty("asked")[0].GetString()!, captions);
            Assert.True(File.Exists(project.PathOf(Path.Combine("bin/evaluation", one.GetProperty("lora").GetProperty("file").GetString()!))));
        });
        var identity = character.GetProperty("identity").GetProperty("lora");
        Assert.InRange(identity.GetProperty("value").GetDouble(), identity.GetProperty("low").GetDouble(), identity.GetProperty("high").GetDouble());
        Assert.Contains("hoshinoaoi", File.ReadAllText(project.PathOf("bin/evaluation/index.html")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_bound_that_is_missed_fails_the_build_and_what_was_drawn_is_kept()
    {
        using var project = TwoPictures();
        project.Properties["LoraMinIdentity"] = "1";
        project.Properties["LoraMaxLeakage"] = "-0.9";

        var failed = project.Build("-t:Evaluate");
        Assert.False(failed.Succeeded);
        Assert.Contains(failed.Diagnostics, line => line.Contains("error LB5501", StringComparison.Ordinal));
        Assert.Contains(failed.Diagnostics, line => line.Contains("error LB5503", StringComparison.Ordinal));
        Assert.Contains("LB5501", File.ReadAllText(project.PathOf("bin/evaluation/evaluation.json")), StringComparison.Ordinal);

        var again = project.Build("-t:Evaluate");
        Assert.False(again.Succeeded);
        Assert.Equal(0, again.Processed("Draw"));

        project.Properties["LoraMinIdentity"] = "0";
        project.Properties.Remove("LoraMaxLeakage");
        Assert.Equal(0, Evaluate(project).Processed("Draw"));
    }

    [Fact]
    public void The_best_of_all_epochs_is_judged_and_lies_beside_the_finished_LoRA()
    {
        using var project = TwoPictures();
        project.Properties["LoraMaxTrainSteps"] = "24";
        project.Properties["LoraSelectEpoch"] = "best";

        Assert.Equal(6 + (3 * 8), Evaluate(project).Processed("Draw"));

        using (var report = JsonDocument.Parse(File.ReadAllBytes(project.PathOf("bin/evaluation/evaluation.json"))))
        {
            var epochs = report.RootElement.GetProperty("epochs").EnumerateArray().ToList();
            var best = report.RootElement.GetProperty("lora").GetString()!;
            Assert.Equal(["Character-000001.safetensors", "Character-000002.safetensors", "Character.safetensors"], epochs.Select(epoch => epoch.GetProperty("file").GetString()));
            Assert.Equal(epochs.Max(epoch => epoch.GetProperty("score").GetDouble()), epochs.Single(epoch => epoch.GetProperty("file").GetString() == best).GetProperty("score").GetDouble());
            Assert.Equal(File.ReadAllBytes(project.PathOf($"bin/{best}")), File.ReadAllBytes(project.PathOf("bin/Character-best.safetensors")));
        }

        Assert.True(Evaluate(project).DidNothing);
        project.Properties.Remove("LoraSelectEpoch");
        Evaluate(project);
        Assert.False(File.Exists(project.PathOf("bin/Character-best.safetensors")));
    }

    [Fact]
    public void Without_a_finished_LoRA_there_is_nothing_to_evaluate()
    {
        using var project = TwoPictures();
        project.Properties["LoraTrain"] = "false";

        Assert.Contains(project.Build("-t:Evaluate").Diagnostics, line => line.Contains("error LB5504", StringComparison.Ordinal));
    }

    // Four families of two: eight pictures with the LoRA, and six without, since obedience and leakage share theirs.
    private static CharacterProject TwoPictures()
    {
        var project = new CharacterProject(train: true).With("high/aoi_001.png").With("low/aoi_207.jpg");
        project.Write("character.yaml", "trigger: hoshinoaoi\noutfits:\n  dress: {when: {all: [white dress]}, tags: [white dress, short sleeves]}\n");
        project.Properties["LoraEvaluateSamples"] = "2";
        project.Properties["LoraEvaluateSteps"] = "2";
        project.Properties["LoraEvaluateSize"] = "64,64";
        return project;
    }

    private static BuildResult Evaluate(CharacterProject project)
    {
        var result = project.Build("-t:Evaluate");
        Assert.True(result.Succeeded, result.Output);
        return result;
    }
}
