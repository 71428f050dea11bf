using LoraBuild.Base.Diagnostics;
using LoraBuild.Diffusion.Clip;
using LoraBuild.Diffusion.Layers;
using LoraBuild.Diffusion.UNet;
using LoraBuild.Settings;
using LoraBuild.Training.Parameters;

namespace LoraBuild.Training.Adapters;

/// <summary>The choice of the layers that get adapters, and of their ranks.</summary>
internal static class AdapterSelection
{
    /// <summary>The layers with adapters by preset, blocks and ranks: the text encoder's first, each model's in LyCORIS' order.</summary>
    /// <exception cref="LoraBuildException">LB5001: the preset names something that no layer has to do with, or nothing is left.</exception>
    public static IReadOnlyList<AdapterPlace> Choose(TextEncoder textEncoder, UNetModel unet, TrainingSettings settings)
    {
        var preset = PresetOf(settings);
        var layers = GroupsOf(textEncoder, unet, settings);
        if (preset.EntriesWithout([.. layers.Select(layer => layer.Layer.Name)]) is { Count: > 0 } strangers && !AdapterPreset.Names.Contains(preset.Text))
        {
            throw new LoraBuildException(
                DiagnosticCode.InvalidTrainingSetting,
                $"LoraPreset names '{strangers[0]}', but no layer that is trained is of that class or name. Names are as in a LoRA file or as in "
                    + "diffusers, such as mid_block.attentions.0.proj_in; * stands for any characters.");
        }

        var places = layers
            .Where(layer => preset.Covers(layer.Layer.Name, IsLarge(layer.Layer)))
            .Select(layer => Place(layer.Layer, layer.Group, settings))
            .Where(place => place is { Rank: > 0, RateFactor: > 0 })
            .ToList();
        return places.Count > 0 ? places : throw new LoraBuildException(
            DiagnosticCode.InvalidTrainingSetting,
            "No layer gets an adapter. Look at LoraPreset, LoraNetworkTrainUnetOnly, LoraBlockDims and the factors of the learning rate.");
    }

    /// <summary>Every layer that may be trained, with its group.</summary>
    public static IReadOnlyList<(AdaptableLayer Layer, ParameterGroup Group)> GroupsOf(TextEncoder textEncoder, UNetModel unet, TrainingSettings settings)
    {
        var layers = unet.Layers.Select(layer => (layer, ParameterGroup.UNet));
        return settings.NetworkTrainUnetOnly ? [.. layers] : [.. TextEncoderLayers(textEncoder, settings.ClipSkip ?? 1), .. layers];
    }

    /// <summary>The factor of the learning rate of a layer's weights.</summary>
    public static double RateFactor(AdaptableLayer layer, TrainingSettings settings) => UNetBlockIndex.Of(layer.Name) switch
    {
        null => 1,
        < UNetBlockIndex.PerWay and { } block => settings.DownLrWeight?.Values[block] ?? 1,
        UNetBlockIndex.PerWay => settings.MidLrWeight?.Values[0] ?? 1,
        { } block => settings.UpLrWeight?.Values[block - UNetBlockIndex.PerWay - 1] ?? 1,
    };

    // networks.lora knows no presets; its own choice of layers stands for 'full'.
    private static AdapterPreset PresetOf(TrainingSettings settings)
    {
        if (settings.Algo != AdapterAlgorithm.Lora || !settings.Preset.Equals(AdapterPreset.Full))
            return settings.Preset;
        return settings.ConvDim > 0 || settings.ConvBlockDims is not null ? AdapterPreset.LoraWithConvolutions : AdapterPreset.Lora;
    }

    // Under clip_skip the last layers don't reach the UNet.
    private static IEnumerable<(AdaptableLayer Layer, ParameterGroup Group)> TextEncoderLayers(TextEncoder textEncoder, int clipSkip)
    {
        var perLayer = textEncoder.Layers.Count / textEncoder.Depth;
        var used = (textEncoder.Depth + 1 - clipSkip) * perLayer;
        return textEncoder.Layers.Select((layer, i) => (layer, i < used ? ParameterGroup.TextEncoder : ParameterGroup.Untrained));
    }

    private static AdapterPlace Place(AdaptableLayer layer, ParameterGroup group, TrainingSettings settings)
    {
        var (dims, alphas, dim, alpha) = IsLarge(layer)
            ? (settings.ConvBlockDims, settings.ConvBlockAlphas, settings.ConvDim, settings.ConvAlpha)
            : (settings.BlockDims, settings.BlockAlphas, settings.NetworkDim, settings.NetworkAlpha);
        if (UNetBlockIndex.Of(layer.Name) is { } block)
        {
            dim = (int?)dims?.Values[block] ?? dim;
            // As everywhere in sd-scripts, an alpha of 0 is the rank.
            alpha = alphas?.Values[block] switch { null => alpha, 0 => dim, { } ofBlock => ofBlock };
        }

        return new(layer, group, dim, alpha, RateFactor(layer, settings));
    }

    private static bool IsLarge(AdaptableLayer layer) => layer is Conv2d { KernelSize: > 1 };
}

/// <summary>A layer that gets an adapter, and how large that is.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Group">The group whose learning rate its weights follow.</param>
/// <param name="Rank">The rank, from 1.</param>
/// <param name="Alpha">The change is scaled by alpha over the rank.</param>
/// <param name="RateFactor">The factor of the learning rate.</param>
internal sealed record AdapterPlace(AdaptableLayer Layer, ParameterGroup Group, int Rank, double Alpha, double RateFactor);
