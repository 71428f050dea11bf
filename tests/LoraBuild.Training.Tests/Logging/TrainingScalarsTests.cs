using System.Text;

namespace LoraBuild.Training.Tests.Logging;

[Trait("Speed", "Slow")]
public class TrainingScalarsTests
{
    [Fact]
    public void A_training_logs_what_sd_scripts_logs_and_the_LoRA_does_not_change()
    {
        using var folder = new TemporaryFolder();
        var settings = SmallDataset.Settings with { ValidationSplit = 0.4 };
        var without = Trainer.Run(SmallDataset.Job(folder, settings, "without"));

        var with = Trainer.Run(SmallDataset.Job(folder, settings with { LoggingDir = folder.File("logs"), LogPrefix = "run" }, "with"));

        Assert.Equal(without.Files.Select(File.ReadAllBytes), with.Files.Select(File.ReadAllBytes));
        var file = Assert.Single(Directory.GetFiles(folder.File("logs"), "*", SearchOption.AllDirectories));
        var text = Encoding.Latin1.GetString(File.ReadAllBytes(file));
        Assert.StartsWith("run", Path.GetRelativePath(folder.File("logs"), file), StringComparison.Ordinal);
        Assert.All(
            [("loss/current", with.Steps), ("loss/average", with.Steps), ("lr/unet", with.Steps), ("lr/textencoder", with.Steps), (
                "loss/epoch_average", 2), ("loss/validation/epoch_average", 2)],
            expected => Assert.Equal(expected.Item2, text.Split($"\n{(char)expected.Item1.Length}{expected.Item1}\x15").Length - 1));
    }
}
