using System.Globalization;
using System.Text.RegularExpressions;

namespace LoraBuild.Settings;

/// <summary>
/// sd-scripts' numbering of the UNet's blocks for <c>block_dims</c> and the like: 12 on the way down, of which the first has no layers,
/// one in the middle, 12 on the way up.
/// </summary>
public static partial class UNetBlockIndex
{
    /// <summary>The number of blocks on either way.</summary>
    public const int PerWay = 12;

    /// <summary>The number of all blocks.</summary>
    public const int Count = PerWay + 1 + PerWay;

    // Two resnets with their transformers and a resampler, or three resnets.
    private const int PerLevel = 3;

    /// <summary>
    /// The block of a layer, or null for one that is in none: <c>conv_in</c>, <c>conv_out</c>, <c>time_embedding</c> and the text encoder.
    /// </summary>
    /// <param name="layer">The layer's name as in a LoRA file.</param>
    public static int? Of(string layer)
    {
        if (layer.Contains("_mid_block_", StringComparison.Ordinal))
            return PerWay;
        if (Place().Match(layer) is not { Success: true } match)
            return null;
        var first = match.Groups["way"].Value == "down" ? 1 : PerWay + 1;
        var level = Number(match.Groups["level"]) * PerLevel;
        return first + level + (match.Groups["sampler"].Success ? PerLevel - 1 : Number(match.Groups["index"]));
    }

    private static int Number(Group digits) => int.Parse(digits.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"_(?<way>down|up)_blocks_(?<level>\d+)_(resnets|attentions|(?<sampler>upsamplers|downsamplers))_(?<index>\d+)_")]
    private static partial Regex Place();
}
