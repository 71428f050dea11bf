using LoraBuild.Base.Diagnostics;
using LoraBuild.Diffusion.Families;
using LoraBuild.Diffusion.Families.StableDiffusion;
using LoraBuild.Diffusion.Safetensors;

namespace LoraBuild.Diffusion.Tests.Families;

public class ArchitectureTests
{
    [Theory]
    [InlineData("lora_unet_down_blocks_0_attentions_0_proj_in.lora_down.weight", "a LoRA", "checkpoint that it was trained on")]
    [InlineData("lora_te_text_model_encoder_layers_0_mlp_fc1.hada_w1_a", "a LoRA", "")]
    [InlineData("unet.down_blocks.0.attentions.0.to_q.lora_A.weight", "a LoRA", "")]
    [InlineData(
        "conditioner.embedders.0.transformer.text_model.final_layer_norm.weight", "an SDXL checkpoint without some of its parts", "")]
    [InlineData("model.diffusion_model.label_emb.0.0.weight", "such as unCLIP", "")]
    [InlineData("model.diffusion_model.joint_blocks.0.context_block.attn.qkv.weight", "a Stable Diffusion 3 model", "")]
    [InlineData("double_blocks.0.img_attn.norm.key_norm.scale", "a Flux model", "")]
    [InlineData("control_model.time_embed.0.weight", "a ControlNet", "")]
    [InlineData("first_stage_model.encoder.conv_in.weight", "a VAE alone", "LoraVae")]
    [InlineData("encoder.conv_in.weight", "a VAE alone", "LoraVae")]
    [InlineData("down_blocks.0.resnets.0.conv1.weight", "the UNet of a diffusers folder alone", "model_index.json")]
    [InlineData("emb_params", "something else", "'emb_params'")]
    public void Another_kind_of_file_is_told_by_name(string tensor, string kind, string cure)
    {
        using var scope = torch.NewDisposeScope();
        using var folder = new TemporaryFolder();
        SafetensorsWriter.Write(folder.File("a.safetensors"), new Dictionary<string, Tensor> { [tensor] = torch.zeros(2, 2) });

        var diagnostic = Refused(folder.File("a.safetensors"));

        Assert.Equal((DiagnosticCode.WrongArchitecture, folder.File("a.safetensors")), (diagnostic.Code, diagnostic.File));
        Assert.Contains(kind, diagnostic.Message, StringComparison.Ordinal);
        Assert.Contains(cure, diagnostic.Message, StringComparison.Ordinal);
        Assert.Equal([folder.File("a.safetensors")], Directory.GetFiles(folder.Path));
    }

    [Theory]
    [InlineData(9, "an inpainting model")]
    [InlineData(8, "an InstructPix2Pix model")]
    public void A_UNet_that_takes_more_than_latents_is_refused(long channels, string kind)
    {
        using var scope = torch.NewDisposeScope();
        using var folder = new TemporaryFolder();
        SafetensorsWriter.Write(
            folder.File("a.safetensors"),
            new Dictionary<string, Tensor> { ["model.diffusion_model.input_blocks.0.0.weight"] = torch.zeros(8, channels, 3, 3) });

        var diagnostic = Refused(folder.File("a.safetensors"));

        Assert.Equal(DiagnosticCode.WrongArchitecture, diagnostic.Code);
        Assert.Contains(kind, diagnostic.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_of_another_pipeline_is_refused_by_its_name()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("transformer"));
        File.WriteAllText(folder.File("model_index.json"), """{"_class_name":"FluxPipeline"}""");

        var diagnostic = Refused(folder.Path);

        Assert.Equal(DiagnosticCode.WrongArchitecture, diagnostic.Code);
        Assert.Contains("FluxPipeline", diagnostic.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_VAE_that_scales_otherwise_is_refused()
    {
        using var scope = torch.NewDisposeScope();
        using var tiny = new TinyModel();
        var folder = tiny.WriteDiffusers();
        tiny.WriteJson("vae/config.json", new { _class_name = "AutoencoderKL", scaling_factor = 0.13025 });

        Assert.Contains("0.13025", Refused(folder).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_setting_that_contradicts_the_files_is_refused()
    {
        using var scope = torch.NewDisposeScope();
        using var tiny = new TinyModel();
        var folder = tiny.WriteDiffusers();
        tiny.WriteJson("scheduler/scheduler_config.json", new { prediction_type = "v_prediction" });

        var version = Refused(folder, new() { V2 = true });
        var prediction = Refused(folder, new() { VParameterization = false });

        Assert.Equal((DiagnosticCode.ModelContradiction, DiagnosticCode.ModelContradiction), (version.Code, prediction.Code));
        Assert.Contains("LoraV2 is true, but the base model is of Stable Diffusion 1.x", version.Message, StringComparison.Ordinal);
        Assert.Contains("Set LoraVParameterization to true", prediction.Message, StringComparison.Ordinal);
        using var model =
            (StableDiffusionModel)ModelFamilies.Load(folder, ScalarType.Float32, options: new() { V2 = false, VParameterization = true });
        Assert.Equal(Diffusion.Schedule.PredictionType.Velocity, model.Noise.Prediction);
    }

    private static Diagnostic Refused(string path, ModelOptions? options = null) =>
        Assert.Throws<LoraBuildException>(
            () => (StableDiffusionModel)ModelFamilies.Load(path, ScalarType.Float32, options: options)).Diagnostic;
}
