using System.Text.RegularExpressions;
using LoraBuild.Base.Files;

namespace LoraBuild.Builds;

/// <summary>A character project behaves like any project of <c>dotnet build</c>.</summary>
public sealed partial class MannersTests
{
    private static readonly string[] Steps =
        [
            "Normalize: 1 of 1 pictures", "Tag: 1 of 1 pictures", "StripFeatures: 1 of 1 pictures", "Dedupe: 1 of 1 pictures",
            "AlignOutfits: 1 of 1 pictures", "Manifest: 1 pictures, 4 samples an epoch (4x1)",
        ];

    [Fact]
    public void The_log_has_a_line_a_step_no_target_runs_twice_and_a_binary_log_tells_all_of_it()
    {
        using var project = new CharacterProject().With("low/aoi_207.jpg");
        project.Properties["LoraReport"] = "false";

        var build = Succeeded(project.Build("-bl:build.binlog", "-graph", "-m", "--no-restore", "-v:minimal"));

        var own = build.Output.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0
            && !line.StartsWith("Static graph", StringComparison.Ordinal)).TakeWhile(line => line != "Build succeeded.").ToList();
        Assert.Equal([.. Steps, $"Character -> {project.PathOf("bin/dataset")}"], own);
        var detailed = Succeeded(project.Run("msbuild", ["build.binlog", "-v:detailed"])).Output;
        var targets = Started().Matches(detailed).Where(target => target.Groups["project"].Value == project.PathOf("Character.loraproj"))
            .Select(target => target.Groups["target"].Value).ToList();
        Assert.Superset(
            new HashSet<string> { "CheckUpToDate", "Normalize", "Tag", "Manifest", "RecordBuildState", "Build" }, targets.ToHashSet());
        Assert.Equal(targets.Distinct(), targets);
        Assert.Contains("Character is not up to date: There is no build before it that succeeded.", detailed, StringComparison.Ordinal);
    }

    [Fact]
    public void One_target_and_the_terminal_logger()
    {
        using var project = new CharacterProject().With("low/aoi_207.jpg");

        var tagged = Succeeded(project.Build("-t:Tag", "-p:LoraTaggerThreshold=0.5"));
        Assert.Equal(1, tagged.Processed("Tag"));
        Assert.Null(tagged.Processed("StripFeatures"));
        Assert.False(Directory.Exists(project.PathOf("bin/dataset")));

        // The last argument counts: the terminal logger shows the result by its path.
        var built = Succeeded(project.Build("-tl:on"));
        Assert.Contains("bin/dataset", built.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Characters_of_a_solution_build_in_parallel_and_train_one_after_the_other()
    {
        using var first = new CharacterProject(train: true).With("low/aoi_207.jpg");
        using var second = new CharacterProject(train: true).With("low/aoi_202.jpg");
        var locks = Path.Combine(first.Folder, "..", "locks");
        first.Prepare();
        second.Prepare();
        var solution = first.Write("both/Both.slnx", $"""
            <Solution>
              <Folder Name="/first/"><Project Path="{first.PathOf("Character.loraproj")}" Type="C#" /></Folder>
              <Folder Name="/second/"><Project Path="{second.PathOf("Character.loraproj")}" Type="C#" /></Folder>
            </Solution>
            """);
        var told = $"Train: waiting for another training (pid {Environment.ProcessId})";

        using var held = MachineLock.Take(
            locks, cuda.is_available() ? "training-gpu-0" : "training-cpu", _ => { }, problem => Assert.Fail(problem.ToString()), default);
        using var build = first.StartIn(Path.GetDirectoryName(solution)!, "build", $"-p:LoraTrainingLocks={locks}", "-m:2");
        // Two trainings that wait at once are of two projects that are built at once.
        build.WaitFor(told, times: 2);
        Assert.False(File.Exists(first.PathOf("bin/Character.safetensors")) || File.Exists(second.PathOf("bin/Character.safetensors")));
        held.Dispose();

        Succeeded(build.Wait());
        Assert.True(File.Exists(first.PathOf("bin/Character.safetensors")) && File.Exists(second.PathOf("bin/Character.safetensors")));
    }

    [GeneratedRegex("""Target "(?<target>\w+)" in file "[^"]*" from project "(?<project>[^"]*)" """)]
    private static partial Regex Started();

    private static BuildResult Succeeded(BuildResult build)
    {
        Assert.True(build.Succeeded, build.Output);
        return build;
    }
}
