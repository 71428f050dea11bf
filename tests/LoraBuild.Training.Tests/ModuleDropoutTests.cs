using LoraBuild.Diffusion;
using LoraBuild.Diffusion.Families.StableDiffusion;
using LoraBuild.Settings;
using LoraBuild.Training.Adapters;
using LoraBuild.Training.Data;
using LoraBuild.Training.Optimizers;
using LoraBuild.Training.Steps;

namespace LoraBuild.Training.Tests;

/// <summary>
/// A module that a step leaves out has no gradient in PyTorch, so that its optimizers do not touch it: not even by weight decay.
/// </summary>
public class ModuleDropoutTests
{
    public static TheoryData<string> Optimizers => [.. OptimizerType.All.Select(type => type.Name)];

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void Modules_that_a_step_leaves_out_keep_weights_and_state(string type)
    {
        using var scope = NewDisposeScope();
        using var model = (StableDiffusionModel)ModelFamilies.Load(
            SmallDataset.Model, ScalarType.Float32, options: new() { Tokenizer = TestData.PathOf("mini-sd", "tokenizer") });
        var settings = SmallDataset.Settings with
        {
            OptimizerType = OptimizerType.Of(type), OptimizerArgs = KeywordArguments.Parse("weight_decay=0.1"), ModuleDropout = 0.5,
            Preset = AdapterPreset.TryParse("mid_block.*")!,
        };
        using var network = AdapterNetwork.Create(model, settings);
        using var optimizer = OptimizerFactory.Create(settings, network.Parameters);
        var step = new TrainingStep(new(model, network), null, optimizer, settings);
        var parameters = network.Parameters;

        for (var pass = 0; pass < 3; pass++)
        {
            var before = network.Modules.ToDictionary(module => module, module => Held(module));
            var result = step.Run(
                new StepInput([new ClipText(model.Tokenizer.Encode("aoi"))], randn(1, 4, 12, 12), randn(1, 4, 12, 12), [500]) { Pass =
                    pass }, _ => 1e-2);

            Assert.True(double.IsFinite(result.GradientNorm));
            var dropped = network.Modules.Where(module => module.IsDroppedIn(pass)).ToList();
            Assert.InRange(dropped.Count, 1, network.Modules.Count - 1);
            foreach (var module in network.Modules)
                Assert.Equal(dropped.Contains(module), before[module].Zip(Held(module)).All(pair => pair.First.equal(pair.Second).all()
                    .item<bool>()));
        }

        // Weights, and from the second step on what the optimizer keeps of them.
        List<Tensor> Held(AdapterModule module) =>
        [
            .. from place in parameters.TrainedOf(module.Layer.Name)
               from tensor in optimizer.StateOf(place).Prepend(place.Of(parameters.Values))
               select tensor.detach().clone(),
        ];
    }
}
