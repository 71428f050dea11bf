using LoraBuild.Base.Diagnostics;
using LoraBuild.Protocol.Models;

namespace LoraBuild.Diffusion.Loading;

/// <summary>Tells a Stable Diffusion 1.x or 2.x checkpoint from what authors take for one, by the names and shapes of the tensors.</summary>
internal static class Architecture
{
    /// <summary>What the names of a single file's UNet begin with.</summary>
    public const string UNetPrefix = "model.diffusion_model.";

    private const int LatentChannels = 4;
    private const int ShownNames = 3;

    private static readonly string[] LoraMarks =
        [".lora_A.", ".lora_B.", ".lora_down.", ".lora_up.", ".hada_w1_a", ".lokr_w1", "_lora.down.", "_lora.up."];

    private static readonly (string Mark, string Model)[] Others =
    [
        ("conditioner.embedders.", "an SDXL checkpoint"),
        ("add_embedding.", "the UNet of an SDXL model"),
        ("joint_blocks.0.", "a Stable Diffusion 3 model"),
        ("double_blocks.0.", "a Flux model"),
        ("control_model.", "a ControlNet"),
        ("controlnet_cond_embedding.", "a ControlNet"),
        ("label_emb.0.0.", "a model with class or size conditioning (SDXL or unCLIP)"),
        ("motion_modules.", "a model for animations"),
    ];

    /// <summary>Accepts a single file.</summary>
    /// <exception cref="LoraBuildException">LB4008: it is something else; what, and what to do.</exception>
    public static void RequireCheckpoint(ITensorFile file)
    {
        var names = file.Shapes.Keys;
        RequireKnown(file);
        if (names.Any(name => name.StartsWith(UNetPrefix, StringComparison.Ordinal)))
            return;
        if (names.Any(name => name.StartsWith("down_blocks.0.", StringComparison.Ordinal)))
            throw Wrong(file.Path, "the UNet of a diffusers folder alone", "Set LoraBaseModel to the folder that has model_index.json.");
        if (names.Any(name => name.StartsWith("encoder.conv_in.", StringComparison.Ordinal) || name.StartsWith("first_stage_model.", StringComparison.Ordinal)))
            throw Wrong(file.Path, "a VAE alone", "Set LoraVae to it, and LoraBaseModel to a checkpoint.");
        var shown = string.Join(", ", names.Order(StringComparer.Ordinal).Take(ShownNames).Select(name => $"'{name}'"));
        throw Wrong(file.Path, $"something else: it has no '{UNetPrefix}*' tensors, but {(shown.Length == 0 ? "none at all" : shown)}", "");
    }

    /// <summary>Accepts a UNet by the channels that it takes.</summary>
    /// <exception cref="LoraBuildException">LB4008: it takes more than latents.</exception>
    public static void RequireLatents(ModelPart unet)
    {
        if (unet.Tensors.TryGetValue("input_blocks.0.0.weight", out var first) && first.Shape is [_, not LatentChannels and var channels, _, _])
        {
            var kind = channels switch { 9 => "an inpainting model", 8 => "an InstructPix2Pix model", 7 => "an upscaler", 5 => "a depth model", _ => "another model" };
            throw Wrong(unet.Path, $"{kind}: its UNet takes {channels} channels instead of {LatentChannels}", "");
        }
    }

    /// <summary>Accepts a diffusers folder, before its parts are looked for.</summary>
    /// <exception cref="LoraBuildException">LB4008: it is of another pipeline.</exception>
    public static void RequirePipeline(string path)
    {
        if (Directory.Exists(Path.Combine(path, "transformer")) || Directory.Exists(Path.Combine(path, "text_encoder_2")))
        {
            var pipeline = ConfigFile.Read(new DiffusersFolder(path).IndexFile).Text("_class_name") ?? "pipeline with a transformer or two text encoders";
            throw Wrong(path, $"a {pipeline}", "");
        }
    }

    /// <summary>Refuses what is known to be something else.</summary>
    /// <exception cref="LoraBuildException">LB4008.</exception>
    public static void RequireKnown(ITensorFile file)
    {
        var names = file.Shapes.Keys;
        if (names.Any(name => name.StartsWith("lora_", StringComparison.Ordinal) || LoraMarks.Any(mark => name.Contains(mark, StringComparison.Ordinal))))
            throw Wrong(file.Path, "a LoRA", "Set LoraBaseModel to the checkpoint that it was trained on.");
        foreach (var (mark, model) in Others)
        {
            if (names.Any(name => name.Contains(mark, StringComparison.Ordinal)))
                throw Wrong(file.Path, model, "");
        }
    }

    private static LoraBuildException Wrong(string path, string what, string cure) => new(
        DiagnosticCode.WrongArchitecture,
        $"The base model is {what}. LoraBuild trains on Stable Diffusion 1.x and 2.x.{(cure.Length > 0 ? " " : "")}{cure}",
        path);
}
