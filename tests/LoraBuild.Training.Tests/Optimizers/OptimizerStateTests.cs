using LoraBuild.Settings;
using LoraBuild.Training.Optimizers;

namespace LoraBuild.Training.Tests.Optimizers;

public class OptimizerStateTests
{
    public static TheoryData<string, string> All => new()
    {
        { nameof(OptimizerType.Lion8bit), "weight_decay=0.1" },
        { nameof(OptimizerType.Lion), "" },
        { nameof(OptimizerType.AdamW), "betas=0.9,0.95" },
        { nameof(OptimizerType.AdamW8bit), "weight_decay=0.1" },
        { nameof(OptimizerType.Prodigy), "d_coef=2 safeguard_warmup=True use_bias_correction=True" },
        { nameof(OptimizerType.Adafactor), "beta1=0.9" },
        { nameof(OptimizerType.AdamWScheduleFree), "inner_momentum=0.9 warmup_steps=3" },
    };

    [Fact]
    public void Every_optimizer_is_tried() =>
        Assert.Equal(OptimizerType.All.Select(type => type.Name), All.Select(row => (string)row[0]));

    [Theory]
    [MemberData(nameof(All))]
    public void Put_back_into_a_new_optimizer_it_goes_on_with_the_same_bits(string type, string arguments)
    {
        using var scope = NewDisposeScope();
        var settings = new TrainingSettings { OptimizerType = OptimizerType.Of(type), OptimizerArgs = KeywordArguments.Parse(arguments) };
        using var undisturbed = new SmallWeights();
        using (var optimizer = OptimizerFactory.Create(settings, undisturbed.Buffer))
            Run(undisturbed, optimizer, 1, 9);

        using var before = new SmallWeights();
        using var interrupted = OptimizerFactory.Create(settings, before.Buffer);
        Run(before, interrupted, 1, 4);
        using var after = new SmallWeights();
        using var resumed = OptimizerFactory.Create(settings, after.Buffer);
        Assert.Equal(interrupted.State.Keys, resumed.State.Keys);
        using (no_grad())
        {
            after.Buffer.Values.copy_(before.Buffer.Values);
            foreach (var (name, tensor) in resumed.State)
                tensor.copy_(interrupted.State[name]);
        }

        // To look at the result in between disturbs nothing.
        resumed.ShowResult()?.Dispose();
        Run(after, resumed, 5, 9);

        Assert.All(SmallWeights.Shapes, shape => Assert.Equal(undisturbed.Read(shape.Name), after.Read(shape.Name)));
    }

    // full_bf16 and full_fp16: each step is that of 32 bits, from the rounded weights, gradients and state, rounded once.
    [Theory]
    [MemberData(nameof(All))]
    public void In_half_precision_a_step_is_rounded_once(string type, string arguments)
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        var settings = new TrainingSettings { OptimizerType = OptimizerType.Of(type), OptimizerArgs = KeywordArguments.Parse(arguments) };
        foreach (var narrow in new[] { ScalarType.BFloat16, ScalarType.Float16 })
        {
            using var half = new SmallWeights(narrow);
            using var optimizer = OptimizerFactory.Create(settings, half.Buffer);
            using var whole = new SmallWeights();
            using var reference = OptimizerFactory.Create(settings, whole.Buffer);
            for (var step = 1; step <= 4; step++)
            {
                half.SetGradients(step);
                whole.Buffer.Gradients.copy_(half.Buffer.Gradients);
                whole.Buffer.Values.copy_(half.Buffer.Values);
                foreach (var (name, tensor) in reference.State)
                    tensor.copy_(optimizer.State[name]);
                optimizer.Step(_ => 0.01);
                reference.Step(_ => 0.01);
                Assert.All(SmallWeights.Shapes, shape => Assert.Equal(
                    whole.Buffer[shape.Name].detach().to_type(narrow).to_type(ScalarType.Float32).data<float>().ToArray(),
                    half.Read(shape.Name)));
            }

            // To look at the result disturbs nothing here, either.
            var before = half.Read("large");
            optimizer.ShowResult()?.Dispose();
            Assert.Equal(before, half.Read("large"));
            Assert.True(Bytes(optimizer) <= Bytes(reference));
        }
    }

    private static long Bytes(IOptimizer optimizer) => optimizer.State.Values.Sum(tensor => tensor.numel() * tensor.element_size());

    private static void Run(SmallWeights weights, IOptimizer optimizer, int first, int last)
    {
        for (var step = first; step <= last; step++)
        {
            weights.SetGradients(step);
            optimizer.Step(_ => 0.01 * step);
        }
    }
}
