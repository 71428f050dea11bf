namespace LoraBuild.Settings.Tests.Settings;

public class NetworkArgumentsTests
{
    [Fact]
    public void LyCORIS_is_told_the_kind_and_what_is_not_its_default()
    {
        var settings = new TrainingSettings
        {
            Algo = AdapterAlgorithm.LoKr, ConvDim = 2, ConvAlpha = 1.5, Preset = AdapterPreset.TryParse("attn-mlp")!, DoraWd = true,
            WdOnOutput = false,
            Factor = 8, RankDropout = 0.25,
        };

        Assert.Equal("lycoris.kohya", NetworkArguments.Module(settings));
        Assert.Equal(
            [
                ("algo", "lokr"), ("conv_dim", "2"), ("conv_alpha", "1.5"), ("preset", "attn-mlp"), ("dora_wd", "True"),
                ("wd_on_output", "False"),
                ("factor", "8"), ("rank_dropout", "0.25"),
            ],
            NetworkArguments.Of(settings));
    }

    [Fact]
    public void The_LoRA_of_sd_scripts_needs_no_arguments()
    {
        var settings = new TrainingSettings { Algo = AdapterAlgorithm.Lora, ConvDim = 0 };

        Assert.Equal("networks.lora", NetworkArguments.Module(settings));
        Assert.Empty(NetworkArguments.Of(settings));
        Assert.Equal(
            [("conv_dim", "4"), ("conv_alpha", "1"), ("module_dropout", "0.1")],
            NetworkArguments.Of(settings with { ConvDim = 4, ConvAlpha = 1, ModuleDropout = 0.1 }));
    }
}
