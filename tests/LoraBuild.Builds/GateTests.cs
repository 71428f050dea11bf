using LoraBuild.Builds.Craft;
using Xunit.Abstractions;

namespace LoraBuild.Builds;

/// <summary>What Evaluate's bounds are for: a LoRA of a spoilt dataset does not pass.</summary>
public sealed class GateTests(ITestOutputHelper output)
{
    private const int Steps = 60, Samples = 6, Seed = 1;

    private static readonly string[] Gate = ["-t:Evaluate", "-p:LoraMinIdentity=0.5", "-p:LoraMinObedience=0.25"];

    [Fact]
    public void Features_in_the_captions_and_one_background_fail_the_gate_that_the_clean_dataset_passes()
    {
        using var clean = new CraftedProject(CraftVariant.AsTheArticleSays, Steps, Samples, Seed);
        using var sabotaged = new CraftedProject(CraftVariant.Sabotaged, Steps, Samples, Seed) { Cache = clean.CachePath };

        var passed = clean.Build(Gate);
        Assert.True(passed.Succeeded, passed.Output);
        output.WriteLine($"clean: {CraftResult.Read(clean.Folder)}");

        var failed = sabotaged.Build(Gate);
        Assert.False(failed.Succeeded);
        Assert.True(failed.Diagnostics.Any(line => line.Contains("error LB5501", StringComparison.Ordinal)), failed.Output);
        output.WriteLine($"sabotaged: {CraftResult.Read(sabotaged.Folder)}");
    }
}
