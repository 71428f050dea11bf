using LoraBuild.Base.Diagnostics;
using LoraBuild.Settings;
using LoraBuild.Training.Adapters;
using LoraBuild.Training.Parameters;

namespace LoraBuild.Training.Tests.StableDiffusionXL;

/// <summary>Values block by block, by the numbers of sd-scripts' get_block_index, and a learning rate for each text encoder.</summary>
public class XLBlockTests
{
    [Fact]
    public void Blocks_have_sd_scripts_numbers()
    {
        using var model = XLData.Load();
        var dims = Enumerable.Range(1, 23).ToArray();
        dims[21] = 0;
        using var network = AdapterNetwork.Create(model, new()
        {
            Algo = AdapterAlgorithm.Lora, ConvDim = 0, BlockDims = BlockValues.TryParse(string.Join(',', dims), [23], 100),
            DownLrWeight = BlockValues.TryParse("1,1,1,1,0,1,1,1,1", [9], 100), MidLrWeight = BlockValues.TryParse("1,0.5,1", [3], 100),
        });

        var modules = network.Modules.ToDictionary(module => module.Layer.Name);
        long Rank(string layer) => modules[$"lora_unet_{layer}"].Factors["lora_down.weight"].shape[0];
        // input_blocks_5 is number 6, middle_block_1 is 11, output_blocks_3 is 16; numbers begin with 0.
        Assert.Equal(7, Rank("input_blocks_5_1_proj_in"));
        Assert.Equal(12, Rank("middle_block_1_proj_in"));
        Assert.Equal(17, Rank("output_blocks_3_1_proj_in"));
        Assert.DoesNotContain(modules.Keys, name => name.Contains("output_blocks_8", StringComparison.Ordinal));
        // The fifth of the factors belongs to input_blocks_4.
        Assert.DoesNotContain(modules.Keys, name => name.Contains("input_blocks_4", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("block_dims", 25, "LoraBlockDims has 25 values")]
    [InlineData("up_lr_weight", 12, "LoraUpLrWeight has 12 values")]
    [InlineData("mid_lr_weight", 1, "LoraMidLrWeight has 1 values")]
    public void Values_for_another_family_are_an_error(string option, int count, string message)
    {
        using var model = XLData.Load();
        var settings = TrainingSettings.Parse(
            new Dictionary<string, string> { [option] = string.Join(',', Enumerable.Repeat("1", count)) }, out var problems);
        Assert.Empty(problems);

        var problem = Assert.Throws<LoraBuildException>(() => AdapterNetwork.Create(model, settings)).Diagnostic;

        Assert.Equal(DiagnosticCode.InvalidTrainingSetting, problem.Code);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_text_encoder_has_its_learning_rate()
    {
        using var model = XLData.Load();
        var settings = new TrainingSettings { UnetLr = 1e-4, TextEncoderLr = TextEncoderRates.TryParse("5e-5, 1e-5")! };

        Assert.Equal([5e-5, 1e-5, 1e-4], ParameterGroup.Of(model.Parts, settings).Select(group => group.LearningRate(settings)));
        var three = settings with { TextEncoderLr = TextEncoderRates.TryParse("1e-5,1e-5,1e-5")! };
        Assert.Contains(
            "2 text encoders", Assert.Throws<LoraBuildException>(() => AdapterNetwork.Create(model, three)).Message,
            StringComparison.Ordinal);
    }
}
