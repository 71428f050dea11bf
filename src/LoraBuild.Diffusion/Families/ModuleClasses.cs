using System.Text.RegularExpressions;

namespace LoraBuild.Diffusion.Families;

/// <summary>The classes of modules by which LyCORIS' presets choose layers, recognized by parts of the layers' names.</summary>
/// <param name="marks">For each class a pattern of the names of its modules' layers.</param>
internal sealed class ModuleClasses(params (string Class, string Pattern)[] marks)
{
    /// <summary>The patterns of transformers' classes in text encoders, which all families share.</summary>
    public static readonly (string Class, string Pattern)[] OfTextEncoders = [("CLIPAttention", "_self_attn_"), ("CLIPMLP", "_mlp_")];

    private readonly (string Class, Regex Pattern)[] classes = [.. marks.Select(mark => (mark.Class, new Regex(mark.Pattern)))];

    /// <summary>The classes of a layer.</summary>
    public IReadOnlyCollection<string> Of(string layer) =>
        [.. classes.Where(entry => entry.Pattern.IsMatch(layer)).Select(entry => entry.Class)];
}
