using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace LoraBuild.Settings;

/// <summary>LyCORIS' <c>algo</c>: the way from an adapter's weights to the change of a layer's weight.</summary>
public enum AdapterAlgorithm
{
    /// <summary><c>loha</c>: the Hadamard product of two low-rank products (FedPara, arXiv:2108.06098).</summary>
    LoHa,

    /// <summary>
    /// <c>lora</c>: one low-rank product (arXiv:2106.09685), on the layers and with the dropouts of sd-scripts' <c>networks.lora</c>.
    /// </summary>
    Lora,

    /// <summary><c>locon</c>: the same product on LyCORIS' layers, convolutions among them, and with LyCORIS' dropouts.</summary>
    LoCon,

    /// <summary><c>lokr</c>: a Kronecker product, the larger factor of which may be a low-rank product.</summary>
    LoKr,
}

/// <summary>
/// LyCORIS' <c>preset</c>, the layers that get adapters: one of LyCORIS' own, or a list of its classes of modules (such as
/// <c>ResnetBlock2D</c>) and of layers' names. Names go with or without the prefix <c>lora_unet_</c>, <c>lora_te_</c>, <c>lora_te1_</c> or
/// <c>lora_te2_</c>. In them <c>*</c> stands for any characters, <c>?</c> for one, and a dot for an underscore.
/// </summary>
public sealed class AdapterPreset : IEquatable<AdapterPreset>
{
    // diffusers' and transformers' classes of modules, by which LyCORIS chooses layers.
    private static readonly FrozenSet<string> Classes =
    [
        "Transformer2DModel", "CrossAttention", "FeedForward", "ResnetBlock2D", "Downsample2D", "Upsample2D", "CLIPAttention", "CLIPMLP",
    ];

    private static readonly string[] TextEncoderClasses = ["CLIPAttention", "CLIPMLP"];

    private static readonly Dictionary<string, (string[] Entries, bool LargeConvolutions)> Presets = new(StringComparer.Ordinal)
    {
        ["full"] =
        (
            [
                "Transformer2DModel", "ResnetBlock2D", "Downsample2D", "Upsample2D", "conv_in", "conv_out", "time_embedding.linear_?",
                .. TextEncoderClasses,
            ],
            true
        ),
        ["full-lin"] = (["Transformer2DModel", "ResnetBlock2D", "time_embedding.linear_?", .. TextEncoderClasses], false),
        ["attn-mlp"] = (["Transformer2DModel", .. TextEncoderClasses], false),
        ["attn-only"] = (["CrossAttention", "CLIPAttention"], false),
        ["unet-only"] =
            (["Transformer2DModel", "ResnetBlock2D", "Downsample2D", "Upsample2D", "conv_in", "conv_out", "time_embedding.linear_?"], true),
        ["unet-transformer-only"] = (["Transformer2DModel"], false),
        ["unet-convblock-only"] = (["ResnetBlock2D", "Downsample2D", "Upsample2D", "conv_in", "conv_out"], true),
    };

    private readonly Lazy<IReadOnlyList<Regex?>> patterns;
    private readonly bool largeConvolutions;

    private AdapterPreset(string text, IReadOnlyList<string> entries, bool largeConvolutions)
    {
        Text = text;
        Entries = entries;
        this.largeConvolutions = largeConvolutions;
        // Most builds train nothing anew, and the first such expression of a process takes it longer than all other settings.
        patterns = new(() => [.. entries.Select(Pattern)]);
    }

    /// <summary>The names of LyCORIS' presets that there are for Stable Diffusion.</summary>
    public static IReadOnlyCollection<string> Names => Presets.Keys;

    /// <summary>The preset <c>full</c>: every linear layer and convolution.</summary>
    public static AdapterPreset Full { get; } = TryParse("full")!;

    /// <summary>The layers of sd-scripts' <c>networks.lora</c>: those of the transformers and of the text encoder.</summary>
    public static AdapterPreset Lora { get; } = TryParse("Transformer2DModel,CLIPAttention,CLIPMLP")!;

    /// <summary>The layers of sd-scripts' <c>networks.lora</c> where it has a <c>conv_dim</c>.</summary>
    public static AdapterPreset LoraWithConvolutions { get; } =
        TryParse("Transformer2DModel,ResnetBlock2D,Downsample2D,Upsample2D,CLIPAttention,CLIPMLP")!;

    /// <summary>The preset as it was written.</summary>
    public string Text { get; }

    /// <summary>The entries of the list that it stands for.</summary>
    public IReadOnlyList<string> Entries { get; }

    /// <summary>True if convolutions with a kernel above 1x1 may get adapters.</summary>
    public bool HasLargeConvolutions => largeConvolutions;

    /// <summary>Reads a preset; entries of a list are separated by commas, semicolons or spaces.</summary>
    /// <returns>The preset, or null where the text is empty or has characters that are in no name.</returns>
    public static AdapterPreset? TryParse(string text)
    {
        if (Presets.TryGetValue(text, out var preset))
            return new(text, preset.Entries, preset.LargeConvolutions);
        var entries = text.Split([',', ';', ' '], StringSplitOptions.RemoveEmptyEntries);
        return entries.Length > 0 && entries.All(entry => Regex.IsMatch(entry, @"^[A-Za-z0-9_.*?]+$"))
            ? new(string.Join(',', entries), entries, true)
            : null;
    }

    /// <summary>Tells whether a layer gets an adapter.</summary>
    /// <param name="layer">Its name as in a LoRA file.</param>
    /// <param name="classes">The classes of the modules that it belongs to.</param>
    /// <param name="isLargeConvolution">True for a convolution with a kernel above 1x1.</param>
    public bool Covers(string layer, IReadOnlyCollection<string> classes, bool isLargeConvolution) =>
        (largeConvolutions || !isLargeConvolution) && Enumerable.Range(0, Entries.Count).Any(i => Fits(i, layer, classes));

    /// <summary>The entries that none of these layers, each with its classes, has to do with.</summary>
    public IReadOnlyList<string> EntriesWithout(IReadOnlyCollection<(string Layer, IReadOnlyCollection<string> Classes)> layers) =>
        [.. Entries.Where((_, i) => !layers.Any(layer => Fits(i, layer.Layer, layer.Classes)))];

    /// <inheritdoc/>
    public bool Equals(AdapterPreset? other) => other is not null && Text == other.Text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as AdapterPreset);

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Text;

    private bool Fits(int entry, string layer, IReadOnlyCollection<string> classes) =>
        patterns.Value[entry] is { } pattern ? pattern.IsMatch(layer) : classes.Contains(Entries[entry]);

    // Null for a class.
    private static Regex? Pattern(string entry)
    {
        if (Classes.Contains(entry))
            return null;
        var name = Regex.Escape(entry.Replace('.', '_'))
            .Replace(@"\*", ".*", StringComparison.Ordinal)
            .Replace(@"\?", ".", StringComparison.Ordinal);
        return new($"^(lora_(unet|te[12]?)_)?{name}$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
    }
}
