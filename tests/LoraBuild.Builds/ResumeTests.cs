namespace LoraBuild.Builds;

/// <summary>Trainings that go on from a state that an earlier one wrote.</summary>
public sealed class ResumeTests
{
    [Fact]
    public void A_finished_training_goes_on_with_more_steps_from_its_state_outside_the_output_folder()
    {
        using var project = new CharacterProject(train: true).With("low/aoi_207.jpg");
        project.Properties["LoraSaveStateOnTrainEnd"] = "true";
        Assert.True(project.Build().Succeeded);
        project.Properties["LoraMaxTrainSteps"] = "3";
        project.Properties["LoraResume"] = "bin/Character-state.safetensors";

        var refused = project.Build();

        Assert.False(refused.Succeeded);
        Assert.Contains(refused.Diagnostics, line => line.Contains("error LB5006", StringComparison.Ordinal)
            && line.Contains("Copy it", StringComparison.Ordinal));

        File.Copy(project.PathOf("bin/Character-state.safetensors"), project.PathOf("two-steps.safetensors"));
        project.Properties["LoraResume"] = "two-steps.safetensors";
        var resumed = project.Build();

        Assert.True(resumed.Succeeded, resumed.Output);
        Assert.Contains("two-steps.safetensors' at step 3 of 3", resumed.Output, StringComparison.Ordinal);
        Assert.True(project.Build().DidNothing);
    }
}
