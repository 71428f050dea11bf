using System.Text.Json;

namespace LoraBuild.Builds;

/// <summary><c>dotnet build -t:Evaluate</c>, with as few and as small pictures as will do.</summary>
public sealed class EvaluateTests
{
    // Four families of two: eight pictures with the LoRA, and six without, since obedience and leakage share theirs.
    private const int WithLora = 8, Without = 6, All = WithLora + Without;

    [Fact]
    public void What_was_drawn_is_never_drawn_again_even_where_a_bound_was_missed()
    {
        using var project = TwoPictures();
        project.Properties["LoraMinIdentity"] = "1";
        project.Properties["LoraMaxLeakage"] = "-0.9";

        var failed = project.Build("-t:Evaluate");
        Assert.False(failed.Succeeded);
        Assert.Contains(failed.Diagnostics, line => line.Contains("error LB5501", StringComparison.Ordinal));
        Assert.Contains(failed.Diagnostics, line => line.Contains("error LB5503", StringComparison.Ordinal));
        Assert.Equal((All, All), (failed.Processed("Draw"), failed.Processed("Tag")));
        Assert.Contains("LB5501", File.ReadAllText(project.PathOf("bin/evaluation/evaluation.json")), StringComparison.Ordinal);

        project.Properties["LoraMinIdentity"] = "0";
        project.Properties.Remove("LoraMaxLeakage");
        Assert.Equal(0, Evaluate(project).Processed("Draw"));
        AssertTellsWhatWasAskedAndSeen(project);
        var outputs = project.Outputs();

        var again = Evaluate(project);
        Assert.True(again.DidNothing, again.Output);
        Assert.Contains($"Draw: 0 of {All} pictures, {All} up to date", again.Output, StringComparison.Ordinal);
        Assert.Equal(outputs, project.Outputs());
        var both = project.Build("-t:Build;Evaluate");
        Assert.True(both.Succeeded && both.DidNothing, both.Output);

        // Of another LoRA the base model's pictures are the same.
        project.Properties["LoraSeed"] = "43";
        Assert.Contains($"Draw: {WithLora} of {All} pictures, {Without} up to date", Evaluate(project).Output, StringComparison.Ordinal);

        // Back again, and in a fresh clone, all comes from the cache, to the same bytes.
        project.Properties.Remove("LoraSeed");
        Directory.Delete(project.PathOf("bin"), recursive: true);
        Directory.Delete(project.PathOf("obj"), recursive: true);
        Assert.Contains($"Draw: 0 of {All} pictures, {All} from the cache", Evaluate(project).Output, StringComparison.Ordinal);
        Assert.Equal(outputs, project.Outputs());
    }

    [Fact]
    public void The_best_of_all_epochs_is_judged_and_lies_beside_the_finished_LoRA()
    {
        using var project = TwoPictures();
        project.Properties["LoraMaxTrainSteps"] = "24";
        project.Properties["LoraSelectEpoch"] = "best";

        Assert.Equal(Without + (3 * WithLora), Evaluate(project).Processed("Draw"));

        using var report = JsonDocument.Parse(File.ReadAllBytes(project.PathOf("bin/evaluation/evaluation.json")));
        var epochs = report.RootElement.GetProperty("epochs").EnumerateArray().ToDictionary(
            epoch => epoch.GetProperty("file").GetString()!, epoch => epoch.GetProperty("score").GetDouble());
        var best = report.RootElement.GetProperty("lora").GetString()!;
        Assert.Equal(["Character-000001.safetensors", "Character-000002.safetensors", "Character.safetensors"], epochs.Keys);
        Assert.Equal(epochs.Values.Max(), epochs[best]);
        Assert.Equal(File.ReadAllBytes(project.PathOf($"bin/{best}")), File.ReadAllBytes(project.PathOf("bin/Character-best.safetensors")));
        Assert.True(Evaluate(project).DidNothing);
    }

    [Fact]
    public void Without_a_finished_LoRA_there_is_nothing_to_evaluate()
    {
        using var project = TwoPictures();
        project.Properties["LoraTrain"] = "false";

        Assert.Contains(project.Build("-t:Evaluate").Diagnostics, line => line.Contains("error LB5504", StringComparison.Ordinal));
    }

    private static void AssertTellsWhatWasAskedAndSeen(CharacterProject project)
    {
        using var report = JsonDocument.Parse(File.ReadAllBytes(project.PathOf("bin/evaluation/evaluation.json")));
        var conditions = report.RootElement.GetProperty("conditions");
        Assert.Equal((64, 64), (conditions.GetProperty("width").GetInt32(), conditions.GetProperty("height").GetInt32()));
        var character = report.RootElement.GetProperty("characters")[0];
        Assert.Contains(
            "black hair", character.GetProperty("features").EnumerateArray().Select(feature => feature.GetProperty("tag").GetString()));
        var identity = character.GetProperty("identity").GetProperty("lora");
        Assert.InRange(
            identity.GetProperty("value").GetDouble(), identity.GetProperty("low").GetDouble(), identity.GetProperty("high").GetDouble());
        var captions = string.Join(", ", project.Captions().Values).Split(", ").ToHashSet();
        foreach (var result in character.GetProperty("cases").EnumerateArray())
        {
            if (result.GetProperty("case").GetProperty("family").GetString() is "obedience" or "leakage")
                Assert.DoesNotContain(result.GetProperty("case").GetProperty("asked")[0].GetString()!, captions);
            Assert.True(
                File.Exists(project.PathOf(Path.Combine("bin/evaluation", result.GetProperty("lora").GetProperty("file").GetString()!))));
        }

        var page = File.ReadAllText(project.PathOf("bin/evaluation/index.html"));
        Assert.Contains("hoshinoaoi", page, StringComparison.Ordinal);
        Assert.Contains("Two steps draw nobody.", page, StringComparison.Ordinal);
    }

    private static CharacterProject TwoPictures()
    {
        var project = new CharacterProject(train: true).With("high/aoi_001.png").With("low/aoi_207.jpg");
        project.Write(
            "character.yaml", "trigger: hoshinoaoi\noutfits:\n  dress: {when: {all: [white dress]}, tags: [white dress, short sleeves]}\n");
        project.Write("notes.txt", "Two steps\ndraw nobody.\n");
        project.Properties["LoraEvaluateNotes"] = "notes.txt";
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
