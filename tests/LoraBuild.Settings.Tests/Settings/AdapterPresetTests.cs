namespace LoraBuild.Settings.Tests.Settings;

public class AdapterPresetTests
{
    [Theory]
    [InlineData("full", "lora_unet_conv_in", "", true, true)]
    [InlineData("full", "lora_unet_time_embedding_linear_2", "", false, true)]
    [InlineData("full", "lora_te_text_model_encoder_layers_3_mlp_fc1", "CLIPMLP", false, true)]
    [InlineData("full-lin", "lora_unet_down_blocks_0_resnets_0_conv1", "ResnetBlock2D", true, false)]
    [InlineData("full-lin", "lora_unet_down_blocks_0_resnets_0_time_emb_proj", "ResnetBlock2D", false, true)]
    [InlineData("full-lin", "lora_unet_down_blocks_1_resnets_0_conv_shortcut", "ResnetBlock2D", false, true)]
    [InlineData("attn-mlp", "lora_unet_mid_block_attentions_0_proj_in", "Transformer2DModel", false, true)]
    [InlineData("attn-mlp", "lora_unet_mid_block_resnets_0_time_emb_proj", "ResnetBlock2D", false, false)]
    [InlineData("attn-mlp", "lora_te_text_model_encoder_layers_3_mlp_fc1", "CLIPMLP", false, true)]
    [InlineData(
        "attn-only", "lora_unet_mid_block_attentions_0_transformer_blocks_0_attn2_to_out_0", "Transformer2DModel CrossAttention", false,
        true)]
    [InlineData(
        "attn-only", "lora_unet_mid_block_attentions_0_transformer_blocks_0_ff_net_2", "Transformer2DModel FeedForward", false, false)]
    [InlineData("attn-only", "lora_unet_mid_block_attentions_0_proj_in", "Transformer2DModel", false, false)]
    [InlineData("attn-only", "lora_te_text_model_encoder_layers_3_self_attn_q_proj", "CLIPAttention", false, true)]
    [InlineData("attn-only", "lora_te_text_model_encoder_layers_3_mlp_fc1", "CLIPMLP", false, false)]
    [InlineData("unet-only", "lora_te_text_model_encoder_layers_3_self_attn_q_proj", "CLIPAttention", false, false)]
    [InlineData("unet-only", "lora_unet_up_blocks_0_upsamplers_0_conv", "Upsample2D", true, true)]
    [InlineData("unet-transformer-only", "lora_unet_up_blocks_0_upsamplers_0_conv", "Upsample2D", true, false)]
    [InlineData("unet-convblock-only", "lora_unet_conv_out", "", true, true)]
    [InlineData("unet-convblock-only", "lora_unet_time_embedding_linear_1", "", false, false)]
    [InlineData("CrossAttention, mid_block.*", "lora_unet_mid_block_resnets_0_conv1", "ResnetBlock2D", true, true)]
    [InlineData("CrossAttention, mid_block.*", "lora_unet_up_blocks_1_attentions_0_proj_in", "Transformer2DModel", false, false)]
    [InlineData("lora_unet_*_to_k;lora_te_*_k_proj", "lora_te_text_model_encoder_layers_3_self_attn_k_proj", "CLIPAttention", false, true)]
    [InlineData("down_blocks.?.downsamplers.0.conv", "lora_unet_down_blocks_2_downsamplers_0_conv", "Downsample2D", true, true)]
    [InlineData(
        "to_k", "lora_unet_mid_block_attentions_0_transformer_blocks_0_attn2_to_k", "Transformer2DModel CrossAttention", false, false)]
    public void A_preset_covers_the_layers_of_its_classes_and_names(
        string preset, string layer, string classes, bool isLargeConvolution, bool covered) =>
        Assert.Equal(covered, AdapterPreset.TryParse(preset)!.Covers(layer, classes.Split(' '), isLargeConvolution));

    [Fact]
    public void Entries_without_a_layer_are_found() =>
        Assert.Equal(
            ["to_k", "CLIPMLP"],
            AdapterPreset.TryParse("*_to_q to_k CLIPMLP CrossAttention")!
                .EntriesWithout([("lora_unet_mid_block_attn1_to_q", ["CrossAttention"])]));

    [Theory]
    [InlineData("atn-only")]
    [InlineData("")]
    [InlineData("a(b")]
    public void What_cannot_be_a_name_is_no_preset(string text) => Assert.Null(AdapterPreset.TryParse(text));
}
