using System.Collections.Frozen;

namespace LoraBuild.Settings;

/// <summary>Options of sd-scripts and LyCORIS that change what is learnt and that LoraBuild does not have: what to do instead.</summary>
internal static class UnsupportedOptions
{
    private const string ByState = "LoraResume goes on at the step that its state has behind it";

    private static readonly FrozenDictionary<string, string> Advice = new Dictionary<string, string>
    {
        ["base_weights"] = "Merge them into LoraBaseModel first; or set LoraNetworkWeights to one of them, to train it further",
        ["block_lr_zero_threshold"] =
            "Write 0 for the blocks of LoraDownLrWeight, LoraMidLrWeight and LoraUpLrWeight that are to get no adapters",
        ["conditioning_data_dir"] = "Put the mask of a picture beside it, as NAME.mask.png",
        ["face_crop_aug_range"] = "Crop or split pictures under edits in character.yaml; -t:SuggestEdits proposes crops",
        ["initial_epoch"] = ByState,
        ["initial_step"] = ByState,
        ["lr_scheduler_type"] = "Take one of LoraLrScheduler's schedules",
        ["network_train_text_encoder_only"] = "Set LoraPreset to 'CLIPAttention, CLIPMLP', the layers of the text encoder",
        ["optimizer_schedulefree_wrapper"] = "Set LoraOptimizerType to adamwschedulefree",
        ["resize_interpolation"] = "Pictures are made smaller by area and larger by Lanczos, as sd-scripts does without it",
        ["save_n_epoch_ratio"] = "Set LoraSaveEveryNEpochs to the number of epochs over it",
        ["skip_until_initial_step"] = ByState,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenSet<string> Off = new[] { "", "false", "none", "0", "0.0" }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>The names.</summary>
    public static IEnumerable<string> Names => Advice.Keys;

    /// <summary>The advice what to do instead, as sentences.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    public static string AdviceFor(string name) => $"LoraBuild does not have {name}. {Advice[name]}.";

    /// <summary>Why an option cannot be set so, and what to do instead; null where it is supported, unknown, or set to nothing.</summary>
    /// <param name="name">sd-scripts' or LyCORIS' name.</param>
    /// <param name="value">Its value.</param>
    public static string? Refuse(string name, string value) =>
        Advice.ContainsKey(name) && !Off.Contains(value.Trim()) ? AdviceFor(name) : null;
}
