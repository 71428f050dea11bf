using System.Diagnostics;
using System.Globalization;

namespace LoraBuild.Builds;

/// <summary>Builds that are stopped half-way, and the builds after them.</summary>
public sealed class InterruptionTests
{
    private const int Steps = 60;

    [Fact]
    public void A_training_stopped_by_Ctrl_C_goes_on_where_it_was_and_ends_with_the_same_bytes()
    {
        using var undisturbed = LongTraining();
        Assert.True(undisturbed.Build().Succeeded);
        using var project = LongTraining();

        using (var build = project.Start())
        {
            build.WaitFor(IsTrainingProgress);
            Send("INT", build.Id);
            var stopped = build.Wait();
            Assert.False(stopped.Succeeded);
            Assert.DoesNotContain("   at ", stopped.Output, StringComparison.Ordinal);
        }

        Assert.False(File.Exists(project.PathOf("bin/Character.safetensors")));
        var resumed = project.Build();
        Assert.True(resumed.Succeeded, resumed.Output);
        Assert.Contains("Going on with an interrupted training", resumed.Output, StringComparison.Ordinal);
        Assert.Equal(undisturbed.Outputs(), project.Outputs());
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
        Assert.Contains(stopped.Diagnostics, line => line.Contains("warning LB5005", StringComparison.Ordinal) && line.Contains("step 1 of 2", StringComparison.Ordinal));
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
            Send("KILL", WorkerOf(build.Id));
            var stopped = build.Wait();
            Assert.False(stopped.Succeeded);
            Assert.Contains(stopped.Diagnostics, line => line.Contains("error LB6002", StringComparison.Ordinal) && line.Contains("signal 9", StringComparison.Ordinal));
        }

        Assert.True(project.Build().Succeeded);
        Assert.True(File.Exists(project.PathOf("bin/Character.safetensors")));
    }

    [Fact]
    public void A_build_that_is_killed_leaves_no_worker_behind_and_nothing_wrong()
    {
        using var undisturbed = LongTraining();
        Assert.True(undisturbed.Build().Succeeded);
        using var project = LongTraining();
        int worker;
        using (var build = project.Start())
        {
            build.WaitFor(IsTrainingProgress);
            worker = WorkerOf(build.Id);
            Send("KILL", build.Id);
            build.Wait();
        }

        var since = Stopwatch.StartNew();
        while (Directory.Exists($"/proc/{worker}") && since.Elapsed < TimeSpan.FromSeconds(30))
            Thread.Sleep(50);
        Assert.False(Directory.Exists($"/proc/{worker}"));
        Assert.True(project.Build().Succeeded);
        Assert.Equal(undisturbed.Outputs(), project.Outputs());
    }

    private static CharacterProject LongTraining()
    {
        var project = new CharacterProject(train: true).With("high/aoi_001.png").With("low/aoi_207.jpg");
        project.Properties["LoraMaxTrainSteps"] = Steps.ToString(CultureInfo.InvariantCulture);
        return project;
    }

    private static bool IsTrainingProgress(string line) => line.Contains("Train: step ", StringComparison.Ordinal);

    private static void Send(string signal, int process)
    {
        using var kill = Process.Start("kill", ["-" + signal, process.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    // The worker is the process below the build, at any depth, that runs LoraBuild.Worker.dll.
    private static int WorkerOf(int build)
    {
        var parents = Directory.EnumerateDirectories("/proc")
            .Select(Path.GetFileName)
            .Where(name => int.TryParse(name, CultureInfo.InvariantCulture, out _))
            .Select(name => int.Parse(name!, CultureInfo.InvariantCulture))
            .ToDictionary(id => id, ParentOf);
        return parents.Keys.Single(id => IsBelow(id) && CommandLine(id).Contains("LoraBuild.Worker.dll", StringComparison.Ordinal));

        bool IsBelow(int id)
        {
            while (id > 1 && id != build)
                id = parents.GetValueOrDefault(id);
            return id == build;
        }
    }

    private static int ParentOf(int id)
    {
        try
        {
            // The name in parentheses may hold spaces; the parent is the second field after it.
            var stat = File.ReadAllText($"/proc/{id}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    private static string CommandLine(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
