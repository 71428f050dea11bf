using LoraBuild.Builds.Killing;
using Xunit.Abstractions;

namespace LoraBuild.Builds;

/// <summary>
/// Builds that are killed at random moments. <c>dotnet run --project tests/LoraBuild.Benchmarks -- kill</c> does the same to the example,
/// whole.
/// </summary>
public sealed class KillTests(ITestOutputHelper output)
{
    // A build may end before it is killed; so many must not.
    private const int Moments = 12, LeastHits = 10;
    private const int Seed = 20240517;

    [Fact]
    public void Killed_at_random_moments_of_all_steps_the_builds_end_with_the_bytes_of_an_undisturbed_one()
    {
        using var undisturbed = Project();
        using var build = undisturbed.Start(BuildTimeline.Verbosity);
        Assert.True(build.Wait().Succeeded, build.Wait().Output);
        var timeline = new BuildTimeline(build.Log);
        using var project = Project();

        var hits = 0;
        foreach (var kill in KillChain.Run(project, timeline, KillPlan.Moments(Moments, Seed)))
        {
            output.WriteLine(kill.ToString());
            hits += kill.IsHit ? 1 : 0;
            Assert.Empty(PublishedFiles.FindBroken(project));
        }

        Assert.InRange(hits, LeastHits, Moments);
        var last = project.Build();
        Assert.True(last.Succeeded, last.Output);
        Assert.Equal(undisturbed.Outputs(), project.Outputs());
        Assert.Empty(PublishedFiles.FindBroken(project));
        Assert.True(project.Build().DidNothing);
    }

    private static CharacterProject Project()
    {
        var project = new CharacterProject(train: true).With("high/aoi_001.png").With("medium/aoi_107.jpg").With("low/aoi_207.jpg")
            .With("low/aoi_208.webp");
        project.Properties["LoraMaxTrainSteps"] = "30";
        return project;
    }
}
