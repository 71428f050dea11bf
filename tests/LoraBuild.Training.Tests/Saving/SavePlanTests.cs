using LoraBuild.Core.Settings;
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

        string[] kept = ["aoi-000002.safetensors", "aoi-step00000008.safetensors", "aoi-step00000010.safetensors", "aoi-step00000012.safetensors"];
        Assert.Equal(kept, Directory.GetFiles(folder.File("")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(kept, saves.Kept(12).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    private static SavePlan Create(TrainingSettings settings, string folder = "") => new(new("", new([], []), "", null, settings, folder, "aoi", ""), Plan);
}
