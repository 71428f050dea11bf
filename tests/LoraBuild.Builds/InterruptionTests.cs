using System.Diagnostics;
using System.Globalization;

namespace LoraBuild.Builds;

/// <summary>Builds that are stopped half-way, and the builds after them.</summary>
public sealed class InterruptionTests(InterruptionTests.UndisturbedTraining undisturbedTraining)
    : IClassFixture<InterruptionTests.UndisturbedTraining>
{
    // The first line of progress comes after the first step: enough are left to be stopped in, twice.
    private const int Steps = 40;

    [Fact]
    public void A_training_stopped_by_Ctrl_C_or_SIGTERM_goes_on_where_it_was_and_ends_with_the_same_bytes()
    {
        using var project = LongTraining();

        foreach (var signal in new[] { "INT", "TERM" })
        {
            using var build = project.Start();
            build.WaitFor(IsTrainingProgress);
            build.SignalGroup(signal);
            var stopped = build.Wait();
            // At SIGTERM dotnet build ends with exit code 0, whatever it was doing.
            Assert.DoesNotContain("Build succeeded", stopped.Output, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", stopped.Output, StringComparison.Ordinal);
            if (signal == "INT")
                Assert.Contains(stopped.Diagnostics, line => line.Contains("warning LB6005", StringComparison.Ordinal));
            Assert.False(File.Exists(project.PathOf("bin/Character.safetensors")));
        }

        var resumed = project.Build();
        Assert.True(resumed.Succeeded, resumed.Output);
        Assert.Contains("Going on with an interrupted training at step ", resumed.Output, StringComparison.Ordinal);
        Assert.Equal(undisturbedTraining.Outputs, project.Outputs());
    }

    [Fact]
    public void A_training_stopped_after_its_minutes_is_no_finished_LoRA_and_the_next_build_goes_on_to_the_same_bytes()
    {
        using var undisturbed = new CharacterProject(train: true).With("low/aoi_207.jpg");
        Assert.True(undisturbed.Build().Succeeded);
        using var project = new CharacterProject(train: true).With("low/aoi_207.jpg");
        // Less than the worker takes to load the model: each build does one step of the two.
        project.Properties["LoraStopAfterMinutes"] = "0.0001";

        var stopped = project.Build();

        Assert.True(stopped.Succeeded, stopped.Output);
        Assert.Contains(stopped.Diagnostics, line => line.Contains("warning LB5005", StringComparison.Ordinal)
            && line.Contains("step 1 of 2", StringComparison.Ordinal));
        Assert.Empty(Directory.GetFiles(project.PathOf("bin"), "*.safetensors"));

        var finished = project.Build();

        Assert.True(finished.Succeeded, finished.Output);
        Assert.Contains("Going on with an interrupted training at step 2 of 2", finished.Output, StringComparison.Ordinal);
        Assert.Equal(undisturbed.Outputs(), project.Outputs());
        Assert.True(project.Build().DidNothing);
    }

    [Fact]
    public void A_worker_that_is_killed_is_an_error_with_a_code_and_the_next_build_goes_on()
    {
        using var project = LongTraining();
        using (var build = project.Start())
        {
            build.WaitFor(IsTrainingProgress);
            Assert.True(build.SignalWorker("KILL"));
            var stopped = build.Wait();
            Assert.False(stopped.Succeeded);
            Assert.Contains(stopped.Diagnostics, line => line.Contains("error LB6002", StringComparison.Ordinal) && line.Contains(
                "signal 9", StringComparison.Ordinal)
                && line.Contains("memory runs out", StringComparison.Ordinal)
                && line.Contains("LoraTrainBatchSize", StringComparison.Ordinal));
        }

        Assert.True(project.Build().Succeeded);
        Assert.True(File.Exists(project.PathOf("bin/Character.safetensors")));
    }

    [Fact]
    public void A_build_that_is_killed_leaves_no_worker_behind_and_nothing_wrong()
    {
        using var project = LongTraining();
        int worker;
        using (var build = project.Start())
        {
            build.WaitFor(IsTrainingProgress);
            worker = ProcessTree.FindBelow(build.Id, "LoraBuild.Worker.dll")!.Value;
            build.SignalBuild("KILL");
            build.Wait();
        }

        var since = Stopwatch.StartNew();
        while (Directory.Exists($"/proc/{worker}") && since.Elapsed < TimeSpan.FromSeconds(30))
            Thread.Sleep(50);
        Assert.False(Directory.Exists($"/proc/{worker}"));
        Assert.True(project.Build().Succeeded);
        Assert.Equal(undisturbedTraining.Outputs, project.Outputs());
    }

    private static CharacterProject LongTraining()
    {
        var project = new CharacterProject(train: true).With("high/aoi_001.png").With("low/aoi_207.jpg");
        project.Properties["LoraMaxTrainSteps"] = Steps.ToString(CultureInfo.InvariantCulture);
        return project;
    }

    private static bool IsTrainingProgress(string line) => line.Contains("Train: step ", StringComparison.Ordinal);

    /// <summary>What the long training ends with where nothing stops it.</summary>
    public sealed class UndisturbedTraining
    {
        public UndisturbedTraining()
        {
            using var project = LongTraining();
            var built = project.Build();
            Assert.True(built.Succeeded, built.Output);
            Outputs = project.Outputs();
        }

        public IReadOnlyDictionary<string, string> Outputs { get; }
    }
}
