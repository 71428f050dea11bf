using LoraBuild.Base.Diagnostics;
using LoraBuild.Settings;
using LoraBuild.Training.Engine;

namespace LoraBuild.Training.Tests;

public class OutOfMemoryTests
{
    [Fact]
    public void What_the_engine_says_is_recognised_and_the_cures_come_in_order()
    {
        var failure = Assert.ThrowsAny<Exception>(() => zeros(1L << 52));

        Assert.True(OutOfMemory.IsCauseOf(failure), failure.Message);
        var problem = OutOfMemory.Explain(new() { GradientCheckpointing = false, TrainBatchSize = 4 }, 7, failure).Diagnostic;
        Assert.Equal(DiagnosticCode.OutOfMemory, problem.Code);
        Assert.Matches(
            "step 7.*LoraGradientCheckpointing to true; set LoraCacheLatents.*LoraCacheTextEncoderOutputs.*lower LoraTrainBatchSize"
                + ".*LoraFp8Base.*LoraResolution",
            problem.Message);
        Assert.DoesNotContain("LoraGradientCheckpointing", OutOfMemory.Explain(new(), 7, failure).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_cure_says_what_it_saves_beside_those_before_it()
    {
        var settings = new TrainingSettings { CacheLatents = true, BlocksToSwap = 3, NetworkTrainUnetOnly = true, TrainBatchSize = 1 };

        var message = OutOfMemory.Explain(settings, 2, new InvalidOperationException("none left"), Forecast).Message;

        Assert.Contains(
            "LoraShuffleCaption false, which leaves text encoders out (saves 1.50 GB); set LoraFp8Base to true (saves 2.00 GB); raise "
            + "LoraBlocksToSwap (3), to 14 at most, step by step: each costs time (saves 0.50 GB); lower LoraResolution",
            message, StringComparison.Ordinal);
        Assert.Contains("Predicted were 8.00 GB: 4.00 GB frozen weights", message, StringComparison.Ordinal);

        static PredictedMemory Forecast(TrainingSettings then) => new(
            (then.Fp8Base ? 2_000_000_000 : 4_000_000_000) - (then.BlocksToSwap == 14 ? 500_000_000 : 0), 0, 0, 0,
            then.UsesCachedTexts ? 2_500_000_000 : 4_000_000_000) { SwappableBlocks = 14 };
    }

    [Fact]
    public void Another_failure_is_none()
    {
        using var scope = NewDisposeScope();
        var failure = Assert.ThrowsAny<Exception>(() => zeros(2, 3).mm(zeros(2, 3)));

        Assert.False(OutOfMemory.IsCauseOf(failure));
    }
}
