using LoraBuild.Base.Diagnostics;
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
    public void Another_failure_is_none()
    {
        using var scope = NewDisposeScope();
        var failure = Assert.ThrowsAny<Exception>(() => zeros(2, 3).mm(zeros(2, 3)));

        Assert.False(OutOfMemory.IsCauseOf(failure));
    }
}
