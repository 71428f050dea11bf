using LoraBuild.Diffusion.Families;
using LoraBuild.Diffusion.Families.StableDiffusionXL;

namespace LoraBuild.Diffusion.Tests.Families;

public class StableDiffusionXLNamesTests
{
    // sd-scripts' get_block_index.
    [Theory]
    [InlineData("lora_unet_input_blocks_1_0_in_layers_2", 2, BlockWay.Down, 1)]
    [InlineData("lora_unet_input_blocks_8_1_proj_in", 9, BlockWay.Down, 8)]
    [InlineData("lora_unet_middle_block_2_0_in_layers_2", 12, BlockWay.Middle, 2)]
    [InlineData("lora_unet_output_blocks_0_1_proj_in", 13, BlockWay.Up, 0)]
    [InlineData("lora_unet_output_blocks_8_0_out_layers_3", 21, BlockWay.Up, 8)]
    public void Blocks_are_numbered_as_sd_scripts_does(string layer, int block, BlockWay way, int inWay) =>
        Assert.Equal(new BlockPlace(block, way, inWay), StableDiffusionXLNames.BlockOf(layer));

    // OneTrainer's names (its convert_sdxl_lora.py).
    [Theory]
    [InlineData("lora_unet_down_blocks_0_resnets_0_conv1", "lora_unet_input_blocks_1_0_in_layers_2")]
    [InlineData("lora_unet_down_blocks_0_downsamplers_0_conv", "lora_unet_input_blocks_3_0_op")]
    [InlineData(
        "lora_unet_down_blocks_1_attentions_0_transformer_blocks_0_attn1_to_out_0",
        "lora_unet_input_blocks_4_1_transformer_blocks_0_attn1_to_out_0")]
    [InlineData("lora_unet_mid_block_resnets_1_time_emb_proj", "lora_unet_middle_block_2_emb_layers_1")]
    [InlineData("lora_unet_mid_block_attentions_0_proj_in", "lora_unet_middle_block_1_proj_in")]
    [InlineData("lora_unet_up_blocks_1_upsamplers_0_conv", "lora_unet_output_blocks_5_2_conv")]
    [InlineData("lora_unet_up_blocks_2_resnets_2_conv_shortcut", "lora_unet_output_blocks_8_0_skip_connection")]
    [InlineData("lora_te1_text_model_encoder_layers_0_mlp_fc1", "lora_te1_text_model_encoder_layers_0_mlp_fc1")]
    [InlineData("lora_unet_input_blocks_4_1_proj_in", "lora_unet_input_blocks_4_1_proj_in")]
    public void Diffusers_names_with_underscores_have_sd_scripts(string name, string usual) =>
        Assert.Equal(usual, StableDiffusionXLNames.UsualNameOf(name));

    [Theory]
    [InlineData(
        "unet", "down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k",
        "lora_unet_input_blocks_4_1_transformer_blocks_0_attn2_to_k")]
    [InlineData("unet", "input_blocks.4.1.proj_in", "lora_unet_input_blocks_4_1_proj_in")]
    [InlineData("text_encoder", "text_model.encoder.layers.0.self_attn.q_proj", "lora_te1_text_model_encoder_layers_0_self_attn_q_proj")]
    [InlineData("text_encoder_2", "encoder.layers.0.mlp.fc1", "lora_te2_text_model_encoder_layers_0_mlp_fc1")]
    [InlineData("clip_l", "text_model.encoder.layers.0.mlp.fc1", "lora_te1_text_model_encoder_layers_0_mlp_fc1")]
    [InlineData("clip_g", "text_model.encoder.layers.0.mlp.fc1", "lora_te2_text_model_encoder_layers_0_mlp_fc1")]
    public void Layers_of_other_programs_files_have_sd_scripts_names(string part, string path, string layer) =>
        Assert.Equal(layer, StableDiffusionXLNames.LayerNameOf(part, path));
}
