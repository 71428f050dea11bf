namespace LoraBuild.Settings.Tests.Settings;

public class UNetBlockIndexTests
{
    [Theory]
    [InlineData("lora_unet_down_blocks_0_resnets_0_conv1", 1)]
    [InlineData("lora_unet_down_blocks_0_attentions_1_proj_in", 2)]
    [InlineData("lora_unet_down_blocks_0_downsamplers_0_conv", 3)]
    [InlineData("lora_unet_down_blocks_3_resnets_1_conv2", 11)]
    [InlineData("lora_unet_mid_block_attentions_0_proj_in", 12)]
    [InlineData("lora_unet_up_blocks_0_resnets_0_conv1", 13)]
    [InlineData("lora_unet_up_blocks_0_upsamplers_0_conv", 15)]
    [InlineData("lora_unet_up_blocks_3_attentions_2_proj_out", 24)]
    public void Blocks_are_numbered_as_sd_scripts_does(string layer, int block) => Assert.Equal(block, UNetBlockIndex.Of(layer));

    [Theory]
    [InlineData("lora_unet_conv_in")]
    [InlineData("lora_unet_time_embedding_linear_1")]
    [InlineData("lora_te_text_model_encoder_layers_0_mlp_fc1")]
    public void Some_layers_are_in_no_block(string layer) => Assert.Null(UNetBlockIndex.Of(layer));
}
