namespace LoraBuild.Builds;

/// <summary>What a second build does, and does not.</summary>
public sealed class IncrementalTests
{
    private static readonly string[] Steps = ["Normalize", "Tag", "StripFeatures", "Dedupe", "AlignOutfits"];

    [Fact]
    public void The_second_build_runs_no_step()
    {
        using var project = ThreePictures(train: true);
        AssertSucceeded(project.Build());
        var outputs = project.Outputs();

        var second = AssertSucceeded(project.Build());

        Assert.Contains("all up to date", second.Output, StringComparison.Ordinal);
        Assert.All(Steps, step => Assert.Null(second.Processed(step)));
        Assert.False(second.Trained);
        Assert.Equal(outputs, project.Outputs());
    }

    [Fact]
    public void Touching_every_file_runs_no_step()
    {
        using var project = ThreePictures(train: true);
        AssertSucceeded(project.Build());
        foreach (var file in Directory.EnumerateFiles(project.PathOf("images"), "*", SearchOption.AllDirectories)
            .Append(project.PathOf("character.yaml")))
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow);

        var second = AssertSucceeded(project.Build());

        Assert.True(second.DidNothing, second.Output);
        Assert.All(Steps, step => Assert.Equal(0, second.Processed(step)));
    }

    [Fact]
    public void An_edited_tag_file_reprocesses_that_picture_and_the_training_and_nothing_else()
    {
        using var project = ThreePictures(train: true);
        project.Write("images/high/aoi_001.txt", "1girl, black hair, smile");
        AssertSucceeded(project.Build());
        var before = project.Captions();

        project.Write("images/high/aoi_001.txt", "1girl, black hair, smile, waving");
        var second = AssertSucceeded(project.Build());

        Assert.Equal(0, second.Processed("Normalize"));
        Assert.All(Steps.Skip(1), step => Assert.Equal(1, second.Processed(step)));
        Assert.True(second.Trained);
        var changed = project.Captions().Where(caption => before[caption.Key] != caption.Value).ToList();
        Assert.Equal("hoshinoaoi, smile, waving", Assert.Single(changed).Value);
    }

    [Fact]
    public void The_engines_are_asked_for_again_where_other_GPUs_may_be_seen()
    {
        const string Asking = "Asking the worker for its engines";
        using var project = ThreePictures();
        project.Environment["CUDA_VISIBLE_DEVICES"] = "";
        Assert.Contains(Asking, AssertSucceeded(project.Build("-v:detailed")).Output, StringComparison.Ordinal);

        project.Properties["LoraTaggerThreshold"] = "0.5";
        Assert.DoesNotContain(Asking, AssertSucceeded(project.Build("-v:detailed")).Output, StringComparison.Ordinal);

        project.Properties["LoraTaggerThreshold"] = "0.6";
        project.Environment["CUDA_VISIBLE_DEVICES"] = "0";
        Assert.Contains(Asking, AssertSucceeded(project.Build("-v:detailed")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tag_file_that_appears_or_goes_is_seen()
    {
        using var project = ThreePictures();
        AssertSucceeded(project.Build());
        var tagged = project.Captions();

        var tagFile = project.Write("images/low/aoi_207.txt", "smile");
        Assert.Equal(1, AssertSucceeded(project.Build()).Processed("StripFeatures"));
        Assert.Equal("hoshinoaoi, smile", project.Captions()["4_hoshinoaoi/aoi_207.txt"]);

        File.Delete(tagFile);
        AssertSucceeded(project.Build());
        Assert.Equal(tagged, project.Captions());
    }

    [Fact]
    public void A_deleted_picture_takes_its_outputs_with_it()
    {
        using var project = ThreePictures();
        AssertSucceeded(project.Build());
        Assert.Contains(AllFiles(project), file => file.Contains("aoi_207", StringComparison.Ordinal));

        File.Delete(project.PathOf("images/low/aoi_207.jpg"));
        var second = AssertSucceeded(project.Build());

        Assert.All(Steps, step => Assert.Equal(0, second.Processed(step)));
        Assert.DoesNotContain(AllFiles(project), file => file.Contains("aoi_207", StringComparison.Ordinal));
        Assert.False(Directory.Exists(project.PathOf("bin/dataset/4_hoshinoaoi")));
    }

    [Fact]
    public void A_fresh_clone_with_the_cache_kept_computes_nothing_and_ends_with_the_same_files()
    {
        using var first = ThreePictures(train: true);
        AssertSucceeded(first.Build());
        using var clone = ThreePictures(train: true);
        clone.Cache = Path.Combine(first.Folder, "..", "cache");

        var build = AssertSucceeded(clone.Build());

        Assert.All(Steps, step => Assert.Equal((0, 3), (build.Processed(step), build.Restored(step))));
        Assert.False(build.Trained);
        Assert.Equal(first.Outputs(), clone.Outputs());
    }

    [Fact]
    public void Two_builds_from_scratch_give_the_same_bytes()
    {
        using var first = ThreePictures(train: true);
        using var second = ThreePictures(train: true);
        AssertSucceeded(first.Build());
        var build = AssertSucceeded(second.Build());

        Assert.True(build.Trained);
        Assert.Equal(first.Outputs(), second.Outputs());
        Assert.Contains("bin/Character.safetensors", first.Outputs().Keys);
    }

    [Fact]
    public void A_changed_edit_reprocesses_its_picture_alone()
    {
        using var project = ThreePictures();
        AssertSucceeded(project.Build());
        project.Write("character.yaml", "trigger: hoshinoaoi\nedits:\n  images/low/aoi_207.jpg: {crop: [0, 0, 0.5, 1]}\n");

        var second = AssertSucceeded(project.Build());

        Assert.Equal(1, second.Processed("Normalize"));
        Assert.Equal(1, second.Processed("Tag"));
    }

    [Fact]
    public void A_changed_threshold_runs_no_tagger()
    {
        using var project = ThreePictures();
        AssertSucceeded(project.Build());
        var before = project.Captions();

        var second = AssertSucceeded(project.Build("-p:LoraTaggerThreshold=0.9"));

        Assert.Equal(0, second.Processed("Tag"));
        Assert.NotEqual(before, project.Captions());
    }

    [Fact]
    public void An_output_that_was_tampered_with_is_put_right()
    {
        using var project = ThreePictures();
        AssertSucceeded(project.Build());
        var outputs = project.Outputs();
        File.WriteAllText(project.PathOf("bin/dataset/16_hoshinoaoi/aoi_001.txt"), "tampered");
        File.Delete(project.PathOf("obj/lora/normalized/aoi_207.png"));

        var second = AssertSucceeded(project.Build());

        Assert.Equal(outputs, project.Outputs());
        Assert.Equal(1, second.Restored("Normalize"));
        Assert.Equal(0, second.Processed("Normalize"));
    }

    [Fact]
    public void Clean_removes_what_the_build_made()
    {
        using var project = ThreePictures(train: true);
        AssertSucceeded(project.Build());

        AssertSucceeded(project.Clean());

        Assert.DoesNotContain(AllFiles(project), file => file.Contains("/bin/", StringComparison.Ordinal)
            || file.Contains("/obj/", StringComparison.Ordinal));
        Assert.True(File.Exists(project.PathOf("images/high/aoi_001.png")));
    }

    [Fact]
    public void What_the_author_keeps_beside_the_LoRA_is_neither_deleted_nor_published()
    {
        string[] own = ["-v1", "-summer", "-it's (1)", "-20240101", "-step1", "-v1-state", "-stepaaaaaaaa", "-abcdef-state"];
        string[] old = ["-000007", "-000007-state", "-step00000007", "-step00000007-state", "-state", "-best"];
        using var project = ThreePictures(train: true);
        project.Properties["LoraSaveEveryNSteps"] = "1";
        foreach (var ending in (string[])[.. own, .. old])
            project.Write($"bin/Character{ending}.safetensors", "a copy");

        var published = AssertSucceeded(project.Publish("-p:LoraPublishEpochs=all"));

        Assert.True(published.Trained);
        Assert.Equal(Names([.. own, "", "-step00000001"]), LorasIn(project, "bin"));
        Assert.Equal(Names(["", "-step00000001"]), LorasIn(project, "bin/publish"));

        foreach (var ending in old)
            project.Write($"bin/Character{ending}.safetensors", "an old one");
        project.Write("bin/edits/edits-1.png", "drawn by ShowEdits");
        project.Write("bin/suggested-edits.yaml", "written by SuggestEdits");
        AssertSucceeded(project.Clean());
        Assert.Equal(Names(own), LorasIn(project, "bin"));
        Assert.Equal(Names(own).Count(), Directory.EnumerateFileSystemEntries(project.PathOf("bin")).Count());

        static IEnumerable<string> Names(IEnumerable<string> endings) =>
            endings.Select(ending => $"Character{ending}.safetensors").Order(StringComparer.Ordinal);
        static IEnumerable<string?> LorasIn(CharacterProject project, string folder) =>
            Directory.EnumerateFiles(project.PathOf(folder), "*.safetensors").Select(Path.GetFileName).Order(StringComparer.Ordinal);
    }

    private static CharacterProject ThreePictures(bool train = false) =>
        new CharacterProject(train).With("high/aoi_001.png").With("medium/aoi_107.jpg").With("low/aoi_207.jpg");

    private static List<string> AllFiles(CharacterProject project) =>
        [.. Directory.EnumerateFiles(project.Folder, "*", SearchOption.AllDirectories)];

    private static BuildResult AssertSucceeded(BuildResult build)
    {
        Assert.True(build.Succeeded, build.Output);
        return build;
    }
}
