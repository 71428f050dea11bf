using LoraBuild.Base.Files;
using LoraBuild.Builds.Killing;

namespace LoraBuild.Builds;

/// <summary>What happens at the same time as a build.</summary>
public sealed class ConcurrencyTests
{
    [Fact]
    public void Of_two_builds_of_a_project_the_second_waits_says_so_and_finds_nothing_to_do()
    {
        using var alone = Project();
        Assert.True(alone.Build().Succeeded);
        using var project = Project();

        using var first = project.Start(BuildTimeline.Verbosity);
        first.WaitFor(line => BuildTimeline.IsStart(line, "NormalizePictures"));
        using var second = project.Start();
        var (one, other) = (first.Wait(), second.Wait());

        Assert.True(one.Succeeded, one.Output);
        Assert.True(other.Succeeded, other.Output);
        Assert.Contains("Waiting for another build of this project to end", other.Output, StringComparison.Ordinal);
        Assert.True(other.DidNothing, other.Output);
        Assert.Equal(alone.Outputs(), project.Outputs());
    }

    [Fact]
    public void A_build_that_waits_can_be_cancelled()
    {
        using var project = Project();
        // As another build holds it that never ends.
        using (FileLock.TryTake(project.PathOf("obj/lora/build.lock"))!)
        {
            using var build = project.Start();
            build.WaitFor(line => line.Contains("Waiting for another build", StringComparison.Ordinal));
            build.SignalGroup("INT");

            var cancelled = build.Wait();
            Assert.False(Directory.Exists(project.PathOf("bin/dataset")), cancelled.Output);
        }

        Assert.True(project.Build().Succeeded);
    }

    [Fact]
    public void What_a_picture_was_before_it_was_exchanged_under_the_build_is_never_taken_for_what_it_is()
    {
        using var project = new CharacterProject().With("low/aoi_207.jpg");
        var picture = project.PathOf("images/low/aoi_207.jpg");
        var contents =
            new[] { "low/aoi_207.jpg", "low/aoi_201.jpg" }.Select(name => Path.Combine(Repository.Example, "images", name)).ToArray();
        using var build = project.Start();
        // As fast as it can be, by rename: any step may see either.
        for (var i = 0; !build.HasExited; i++)
        {
            File.Copy(contents[i % 2], project.PathOf("next"), overwrite: true);
            File.Move(project.PathOf("next"), picture, overwrite: true);
        }

        var restless = build.Wait();
        if (!restless.Succeeded)
            Assert.Contains(restless.Diagnostics, line => line.Contains("aoi_207.jpg", StringComparison.Ordinal)
                && line.Contains("error LB6009", StringComparison.Ordinal));
        foreach (var content in contents)
        {
            using var clean = new CharacterProject();
            clean.Write("images/low/aoi_207.jpg", File.ReadAllBytes(content));
            Assert.True(clean.Build().Succeeded);
            // The same picture with what the restless build left in its cache.
            File.Copy(content, picture, overwrite: true);
            var after = project.Build();
            Assert.True(after.Succeeded, after.Output);
            Assert.Equal(clean.Captions(), project.Captions());
            Assert.Equal(
                clean.Outputs()["bin/dataset/4_hoshinoaoi/aoi_207.png"], project.Outputs()["bin/dataset/4_hoshinoaoi/aoi_207.png"]);
        }
    }

    private static CharacterProject Project() => new CharacterProject(train: true).With("high/aoi_001.png").With("low/aoi_207.jpg");
}
