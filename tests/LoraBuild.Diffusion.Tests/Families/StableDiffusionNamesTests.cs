using LoraBuild.Diffusion.Families;
using LoraBuild.Diffusion.Families.StableDiffusion;

namespace LoraBuild.Diffusion.Tests.Families;

public class StableDiffusionNamesTests
{
    [Theory]
    [InlineData("lora_unet_down_blocks_0_resnets_0_conv1", 1, BlockWay.Down, 1)]
    [InlineData("lora_unet_down_blocks_0_attentions_1_proj_in", 2, BlockWay.Down, 2)]
    [InlineData("lora_unet_down_blocks_0_downsamplers_0_conv", 3, BlockWay.Down, 3)]
    [InlineData("lora_unet_down_blocks_3_resnets_1_conv2", 11, BlockWay.Down, 11)]
    [InlineData("lora_unet_mid_block_attentions_0_proj_in", 12, BlockWay.Middle, 0)]
    [InlineData("lora_unet_up_blocks_0_resnets_0_conv1", 13, BlockWay.Up, 0)]
    [InlineData("lora_unet_up_blocks_0_upsamplers_0_conv", 15, BlockWay.Up, 2)]
    [InlineData("lora_unet_up_blocks_3_attentions_2_proj_out", 24, BlockWay.Up, 11)]
    public void Blocks_are_numbered_as_sd_scripts_does(string layer, int block, BlockWay way, int inWay) =>
        Assert.Equal(new BlockPlace(block, way, inWay), StableDiffusionNames.BlockOf(layer));

    [Theory]
    [InlineData("lora_unet_conv_in")]
    [InlineData("lora_unet_time_embedding_linear_1")]
    [InlineData("lora_te_text_model_encoder_layers_0_mlp_fc1")]
    public void Some_layers_are_in_no_block(string layer) => Assert.Null(StableDiffusionNames.BlockOf(layer));

    [Theory]
    [InlineData("unet", "mid_block.attentions.0.proj_in", "lora_unet_mid_block_attentions_0_proj_in")]
    [InlineData(
        "", "mid_block.attentions.0.transformer_blocks.0.attn1.to_out",
        "lora_unet_mid_block_attentions_0_transformer_blocks_0_attn1_to_out_0")]
    [InlineData("text_encoder", "encoder.layers.0.self_attn.to_q", "lora_te_text_model_encoder_layers_0_self_attn_q_proj")]
    [InlineData("", "text_model.encoder.layers.0.mlp.fc1", "lora_te_text_model_encoder_layers_0_mlp_fc1")]
    [InlineData("text_encoder_2", "text_model.encoder.layers.0.mlp.fc1", null)]
    public void Layers_of_diffusers_files_have_sd_scripts_names(string part, string path, string? layer) =>
        Assert.Equal(layer, StableDiffusionNames.LayerNameOf(part, path));
}
