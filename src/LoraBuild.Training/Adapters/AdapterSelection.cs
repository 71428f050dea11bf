using LoraBuild.Base.Diagnostics;
using LoraBuild.Diffusion.Families;
using LoraBuild.Diffusion.Layers;
using LoraBuild.Settings;
using LoraBuild.Training.Parameters;

namespace LoraBuild.Training.Adapters;

/// <summary>The choice of the layers that get adapters, and of their ranks.</summary>
internal static class AdapterSelection
{
    /// <summary>The layers with adapters by preset, blocks and ranks: text encoders first, each part's in LyCORIS' order.</summary>
    /// <exception cref="LoraBuildException">
    /// LB5001: the preset names something that no layer has to do with, values are for other numbers of blocks or text encoders, or nothing
    /// is left.
    /// </exception>
    public static IReadOnlyList<AdapterPlace> Choose(IDiffusionModel model, TrainingSettings settings)
    {
        Check(model, settings);
        var preset = PresetOf(settings);
        var layers = GroupsOf(model, settings).Where(layer => settings.TrainNorm || layer.Layer is not Norm).ToList();
        // Of a list of the author's own; presets name layers of parts that may not be trained.
        var isOwn = preset.Equals(settings.Preset) && !AdapterPreset.Names.Contains(preset.Text);
        var named = layers.Select(layer => (layer.Layer.Name, model.ClassesOf(layer.Layer))).ToList();
        if (isOwn && preset.EntriesWithout(named) is { Count: > 0 } strangers)
        {
            throw new LoraBuildException(
                DiagnosticCode.InvalidTrainingSetting,
                $"LoraPreset names '{strangers[0]}', but no layer that is trained is of that class or name. Names are as in a LoRA file or "
                + "as in diffusers, such as mid_block.attentions.0.proj_in; * stands for any characters.");
        }

        var places = layers
            .Where(layer => preset.Covers(layer.Layer.Name, model.ClassesOf(layer.Layer), IsLarge(layer.Layer)))
            .Select(layer => Place(model, layer, settings))
            .Where(place => place is { Rank: > 0, RateFactor: > 0 })
            .ToList();
        return places.Count > 0 ? places : throw new LoraBuildException(
            DiagnosticCode.InvalidTrainingSetting,
            "No layer gets an adapter. Look at LoraPreset, LoraNetworkTrainUnetOnly, LoraBlockDims and the factors of the learning rate.");
    }

    /// <summary>All layers and normalisations that may be trained, with their group and the task of their part.</summary>
    public static IReadOnlyList<(AdaptableLayer Layer, ParameterGroup Group, PartKind Kind)> GroupsOf(
        IDiffusionModel model, TrainingSettings settings) =>
    [
        .. from @group in ParameterGroup.Of(model.Parts, settings)
           let part = model.Parts[@group.Index]
           let used = part.UsedLayers(settings.ClipSkip ?? 1)
           from layer in part.Layers.Select((layer, i) => (layer, i < used ? @group : ParameterGroup.Untrained, part.Kind))
               .Concat(part.Norms.Select(norm => ((AdaptableLayer)norm, @group, part.Kind)))
           select layer,
    ];

    /// <summary>The factor of the learning rate of a layer's weights.</summary>
    public static double RateFactor(IDiffusionModel model, AdaptableLayer layer, TrainingSettings settings)
    {
        if (model.BlockOf(layer) is not { } block)
            return 1;
        var weights = block.Way switch
        {
            BlockWay.Down => settings.DownLrWeight,
            BlockWay.Middle => settings.MidLrWeight,
            _ => settings.UpLrWeight,
        };
        return weights?.Of(block.Way == BlockWay.Middle ? model.Blocks.InMiddle : model.Blocks.PerWay)[block.IndexInWay] ?? 1;
    }

    private static void Check(IDiffusionModel model, TrainingSettings settings)
    {
        var blocks = model.Blocks;
        foreach (var (option, count) in ((Option<BlockValues?>, int)[])
            [
                (Options.DownLrWeight, blocks.PerWay), (Options.MidLrWeight, blocks.InMiddle), (Options.UpLrWeight, blocks.PerWay),
                (Options.BlockDims, blocks.Count), (Options.BlockAlphas, blocks.Count),
                (Options.ConvBlockDims, blocks.Count), (Options.ConvBlockAlphas, blocks.Count),
            ])
        {
            if (settings.Get(option)?.Count is { } given && given != count)
            {
                throw Misfit(
                    $"{option} has {given} values, but of the base model sd-scripts numbers {blocks.Count} blocks: {blocks.PerWay} down, "
                    + $"{blocks.InMiddle} between and {blocks.PerWay} up. Give it {count} values.");
            }
        }

        var (rates, encoders) = (settings.TextEncoderLr.Values.Count, model.Parts.Count(part => part.Kind == PartKind.TextEncoder));
        if (!settings.NetworkTrainUnetOnly && rates > 1 && rates != encoders)
        {
            throw Misfit(
                $"{Options.TextEncoderLr} has {rates} learning rates, but the base model has {encoders} text "
                + $"{(encoders == 1 ? "encoder" : "encoders")}. Give it one rate for each, or one for all.");
        }
    }

    private static LoraBuildException Misfit(string message) => new(DiagnosticCode.InvalidTrainingSetting, message);

    // networks.lora knows no presets; its own choice of layers stands for 'full'.
    private static AdapterPreset PresetOf(TrainingSettings settings)
    {
        if (settings.Algo != AdapterAlgorithm.Lora || !settings.Preset.Equals(AdapterPreset.Full))
            return settings.Preset;
        return settings.ConvDim > 0 || settings.ConvBlockDims is not null ? AdapterPreset.LoraWithConvolutions : AdapterPreset.Lora;
    }

    private static AdapterPlace Place(
        IDiffusionModel model, (AdaptableLayer Layer, ParameterGroup Group, PartKind Kind) place, TrainingSettings settings)
    {
        var layer = place.Layer;
        var (dims, alphas, dim, alpha) = IsLarge(layer)
            ? (settings.ConvBlockDims, settings.ConvBlockAlphas, settings.ConvDim, settings.ConvAlpha)
            : (settings.BlockDims, settings.BlockAlphas, settings.NetworkDim, settings.NetworkAlpha);
        if (model.BlockOf(layer) is { Index: var block })
        {
            dim = (int?)dims?.Of(model.Blocks.Count)[block] ?? dim;
            // As everywhere in sd-scripts, an alpha of 0 is the rank.
            alpha = alphas?.Of(model.Blocks.Count)[block] switch { null => alpha, 0 => dim, { } ofBlock => ofBlock };
        }
        return new(layer, place.Group, place.Kind, dim, alpha, RateFactor(model, layer, settings));
    }

    private static bool IsLarge(AdaptableLayer layer) => layer is Conv2d { KernelSize: > 1 };
}

/// <summary>A layer that gets an adapter, and how large that is.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Group">The group whose learning rate its weights follow.</param>
/// <param name="Kind">The task of the layer's part.</param>
/// <param name="Rank">The rank, from 1.</param>
/// <param name="Alpha">The change is scaled by alpha over the rank.</param>
/// <param name="RateFactor">The factor of the learning rate.</param>
internal sealed record AdapterPlace(AdaptableLayer Layer, ParameterGroup Group, PartKind Kind, int Rank, double Alpha, double RateFactor);
