using System.Diagnostics;

namespace LoraBuild.Builds;

/// <summary>The example, built as README says. What an earlier build left in the cache is used; without it, it is trained here.</summary>
public sealed class ExampleFixture
{
    public ExampleFixture()
    {
        var start = new ProcessStartInfo("dotnet") { WorkingDirectory = Repository.Root };
        foreach (var argument in (string[])["build", "example-project", "-tl:off", "-nodeReuse:false", .. Repository.EngineProperties])
            start.ArgumentList.Add(argument);
        using var build = new RunningBuild(start);
        var result = build.Wait();
        Assert.True(result.Succeeded, result.Output);
    }

    public string Lora { get; } = Path.Combine(Repository.Example, "bin", "hoshino_aoi.safetensors");

    public string Checkpoint { get; } = Path.Combine(Repository.Example, "models", "mini-sd", "mini-sd.safetensors");
}
