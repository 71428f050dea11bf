using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Settings.Tests.Settings;

public class PublishedEpochsTests
{
    [Theory]
    [InlineData("")]
    [InlineData("first")]
    [InlineData("0")]
    [InlineData("1,,2")]
    [InlineData("-1")]
    public void Anything_else_is_no_value(string value)
    {
        Assert.Null(PublishedEpochs.TryParse(value));
        Assert.False(Options.PublishEpochs.Accepts(value));
    }

    [Theory]
    [InlineData("99", "the training has 10")]
    [InlineData("4, 10", "which is the LoRA itself")]
    [InlineData("3", "LoraSaveEveryNEpochs is 2, so that it has no file")]
    public void An_epoch_that_gets_no_file_is_told_before_the_training(string epochs, string message)
    {
        var problem = Assert.Single(PublishedEpochs.TryParse(epochs)!.WithoutFile(new TrainingSettings { SaveEveryNEpochs = 2 }));
        Assert.Equal((DiagnosticCode.NothingToPublish, Severity.Error), (problem.Code, problem.Severity));
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
        Assert.StartsWith("LoraPublishEpochs names epoch ", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("last")]
    [InlineData("all")]
    [InlineData("2;8")]
    public void Others_are_not(string epochs) =>
        Assert.Empty(PublishedEpochs.TryParse(epochs)!.WithoutFile(new TrainingSettings { SaveEveryNEpochs = 2 }));

    [Fact]
    public void Of_a_training_in_steps_its_last_epoch_is_not_known() =>
        Assert.Empty(PublishedEpochs.TryParse("99")!.WithoutFile(new TrainingSettings { MaxTrainSteps = new(10, InEpochs: false) }));
}
