using LoraBuild.Settings;
using LoraBuild.Training.Saving;
using LoraBuild.Training.Schedules;

namespace LoraBuild.Training.Tests.Saving;

public class SavePlanTests
{
    private static readonly TrainingPlan Plan = new(TotalSteps: 20, WarmupSteps: 0, BatchesPerEpoch: 5);

    [Fact]
    public void Epochs_and_steps_have_files_of_their_own_and_the_last_step_only_the_finished_one()
    {
        var saves = Create(new() { SaveEveryNSteps = 4 });

        Assert.Empty(saves.After(3));
        Assert.Equal(["aoi-step00000004.safetensors"], saves.After(4).Select(Path.GetFileName));
        Assert.Equal(["aoi-000001.safetensors"], saves.After(5).Select(Path.GetFileName));
        Assert.Empty(saves.After(20));
        Assert.Equal("aoi.safetensors", Path.GetFileName(saves.FinalFile));
        Assert.Equal(7, saves.Kept(20).Count);
    }

    [Fact]
    public void Only_the_last_are_kept_where_that_is_asked_for()
    {
        using var folder = new TemporaryFolder();
        var saves = Create(new() { SaveEveryNSteps = 2, SaveLastNSteps = 4, SaveLastNEpochs = 1 }, folder.File(""));
        for (var step = 1; step <= 12; step++)
        {
            foreach (var file in saves.After(step))
                File.WriteAllText(file, "");
            saves.RemoveOld(step);
        }

        string[] kept =
            ["aoi-000002.safetensors", "aoi-step00000008.safetensors", "aoi-step00000010.safetensors", "aoi-step00000012.safetensors"];
        Assert.Equal(kept, Directory.GetFiles(folder.File("")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(kept, saves.Kept(12).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void States_lie_beside_their_files_and_go_with_them_and_those_before_a_resumed_state_are_not_its_own()
    {
        var saves = Create(new() { SaveState = true, SaveLastNEpochs = 1 });

        Assert.Empty(saves.StatesAfter(4));
        Assert.Equal(["aoi-000001-state.safetensors"], saves.StatesAfter(5).Select(Path.GetFileName));
        Assert.Equal(["aoi-000002.safetensors", "aoi-000002-state.safetensors"], saves.Kept(12).Select(Path.GetFileName));
        Assert.Equal(["aoi-state.safetensors"], saves.StatesAfter(20).Select(Path.GetFileName));
        Assert.Empty(Create(new()).StatesAfter(20));
        Assert.Equal(["aoi-state.safetensors"], Create(new() { SaveStateOnTrainEnd = true }).StatesAfter(20).Select(Path.GetFileName));
        var resumed = new SavePlan(new("", new([], []), "", null, new(), "", "aoi", "", ""), Plan, resumedSteps: 10);
        Assert.Equal(["aoi-000003.safetensors"], resumed.Kept(19).Select(Path.GetFileName));
    }

    [Fact]
    public void States_can_be_kept_for_longer_or_shorter_than_their_files()
    {
        using var folder = new TemporaryFolder();
        var saves = Create(
            new() { SaveState = true, SaveEveryNSteps = 2, SaveLastNSteps = 4, SaveLastNStepsState = 2,
                SaveLastNEpochs = 1, SaveLastNEpochsState = 2 },
            folder.File(""));
        for (var step = 1; step <= 12; step++)
        {
            foreach (var file in saves.After(step).Concat(saves.StatesAfter(step)))
                File.WriteAllText(file, "");
            saves.RemoveOld(step);
        }

        string[] kept =
        [
            "aoi-000001-state.safetensors", "aoi-000002-state.safetensors", "aoi-000002.safetensors", "aoi-step00000008.safetensors",
            "aoi-step00000010-state.safetensors", "aoi-step00000010.safetensors", "aoi-step00000012-state.safetensors",
            "aoi-step00000012.safetensors",
        ];
        Assert.Equal(kept, Directory.GetFiles(folder.File("")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(kept, saves.Kept(12).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    private static SavePlan Create(TrainingSettings settings, string folder = "") =>
        new(new("", new([], []), "", null, settings, folder, "aoi", "", ""), Plan);
}
