using LoraBuild.Base.Diagnostics;
using LoraBuild.Diffusion.Files;
using LoraBuild.Diffusion.Loading;
using LoraBuild.Diffusion.UNet;
using LoraBuild.Protocol.Models;

namespace LoraBuild.Diffusion.Families;

/// <summary>Names models that no family recognizes, by what authors take for a base model.</summary>
internal static class UnknownModel
{
    private const int ShownNames = 3, LatentChannels = 4;

    private static readonly string[] LoraMarks =
        [".lora_A.", ".lora_B.", ".lora_down.", ".lora_up.", ".hada_w1_a", ".lokr_w1", "_lora.down.", "_lora.up."];

    private static readonly (string Mark, string Model)[] Others =
    [
        ("conditioner.embedders.0.model.", "the refiner of SDXL"),
        ("conditioner.embedders.", "an SDXL checkpoint without some of its parts"),
        ("add_embedding.", "a UNet with class or size conditioning"),
        ("joint_blocks.0.", "a Stable Diffusion 3 model"),
        ("double_blocks.0.", "a Flux model"),
        ("control_model.", "a ControlNet"),
        ("controlnet_cond_embedding.", "a ControlNet"),
        ("label_emb.0.0.", "a model with class or size conditioning, such as unCLIP"),
        ("motion_modules.", "a model for animations"),
    ];

    /// <summary>Tells whether the names of a file's tensors are those of a model that is listed here.</summary>
    public static bool IsIn(ITensorFile file) => IsLora(file) || OtherIn(file) is not null;

    /// <summary>The error for a model that no family recognizes.</summary>
    /// <returns>LB4008: what it is, and what to do.</returns>
    public static LoraBuildException In(ModelSource source, IReadOnlyList<IModelFamily> families)
    {
        if (source.Folder is { } folder && (folder.Denoiser != DiffusersFolder.UNet || folder.TextEncoders.Count > 1))
        {
            var pipeline = ConfigFile.Read(folder.IndexFile).Text("_class_name") ?? "pipeline with a transformer or two text encoders";
            return Wrong(source.Path, $"a {pipeline}", "", families);
        }

        var file = source.Denoiser;
        if (IsLora(file))
            return Wrong(file.Path, "a LoRA", " Set LoraBaseModel to the checkpoint that it was trained on.", families);
        if (OtherIn(file) is { } other)
            return Wrong(file.Path, other, "", families);
        if (Has(file, "down_blocks.0."))
        {
            return Wrong(
                file.Path, "the UNet of a diffusers folder alone", " Set LoraBaseModel to the folder that has model_index.json.", families);
        }
        if (Has(file, "encoder.conv_in.") || Has(file, "first_stage_model."))
            return Wrong(file.Path, "a VAE alone", " Set LoraVae to it, and LoraBaseModel to a checkpoint.", families);
        var shown = string.Join(", ", file.Shapes.Keys.Order(StringComparer.Ordinal).Take(ShownNames).Select(name => $"'{name}'"));
        return Wrong(
            file.Path,
            $"something else: it has no 'model.diffusion_model.*' tensors, but {(shown.Length == 0 ? "none at all" : shown)}",
            "",
            families);
    }

    /// <summary>Accepts a UNet by the channels that it takes.</summary>
    /// <exception cref="LoraBuildException">LB4008: it takes more than latents.</exception>
    public static void RequireLatents(PartTensors unet)
    {
        if (!unet.Tensors.TryGetValue(UNetModel.FirstWeight, out var first)
            || first.Shape is not [_, not LatentChannels and var channels, _, _])
            return;
        var kind = channels switch
        {
            9 => "an inpainting model",
            8 => "an InstructPix2Pix model",
            7 => "an upscaler",
            5 => "a depth model",
            _ => "another model",
        };
        throw new LoraBuildException(
            DiagnosticCode.WrongArchitecture,
            $"The base model is {kind}: its UNet takes {channels} channels instead of {LatentChannels}. LoraBuild trains on {unet.Family}.",
            unet.Path);
    }

    private static bool IsLora(ITensorFile file) =>
        Has(file, "lora_") || file.Shapes.Keys.Any(name => LoraMarks.Any(mark => name.Contains(mark, StringComparison.Ordinal)));

    private static string? OtherIn(ITensorFile file) => Others
        .FirstOrDefault(other => file.Shapes.Keys.Any(name => name.Contains(other.Mark, StringComparison.Ordinal))).Model;

    private static bool Has(ITensorFile file, string prefix) =>
        file.Shapes.Keys.Any(name => name.StartsWith(prefix, StringComparison.Ordinal));

    private static LoraBuildException Wrong(string path, string what, string cure, IReadOnlyList<IModelFamily> families) => new(
        DiagnosticCode.WrongArchitecture,
        $"The base model is {what}. LoraBuild trains on {string.Join(", ", families.Select(family => family.Title))}.{cure}",
        path);
}
