using LoraBuild.Diffusion;
using LoraBuild.Diffusion.Families;
using LoraBuild.Diffusion.Safetensors;
using LoraBuild.Training.Adapters;

namespace LoraBuild.Training.Merging;

/// <summary>Bakes LoRA files into a checkpoint, as sd-scripts' <c>merge_lora.py --sd_model</c> does.</summary>
public static class LoraMerge
{
    private const string TitleEntry = "modelspec.title";

    /// <summary>
    /// Writes the merged checkpoint, whole or not at all: sums are made in 32 bits and rounded to the type that each tensor has.
    /// </summary>
    /// <param name="checkpoint">A single file with CompVis' keys.</param>
    /// <param name="files">LoRA files of any known kind, each with its strength.</param>
    /// <param name="target">The .safetensors file to write.</param>
    /// <returns>The number of changed layers.</returns>
    /// <exception cref="Base.Diagnostics.LoraBuildException">
    /// LB4001 to LB4010, LB6004: the checkpoint or a LoRA. LB6001: the result cannot be written.
    /// </exception>
    public static int Write(string checkpoint, IReadOnlyList<(string Path, double Strength)> files, string target)
    {
        using var ungraded = no_grad();
        var path = CheckpointCopy.Resolve(checkpoint);
        using var model = ModelFamilies.Load(path, type: null, options: new() { ReadsText = false });
        using var applied = AppliedLora.Apply(files, model);
        var changes = applied.Modules.SelectMany(module => module.Changes()).ToLookup(change => change.Source, change => change.Make);
        CheckpointCopy.Write(
            model,
            path,
            target,
            source => changes[source].Select(make => make())
                .Aggregate((Tensor?)null, (sum, change) => sum is null ? change : sum + change),
            Metadata([checkpoint, .. files.Select(file => file.Path)], Path.GetFileNameWithoutExtension(target)));
        return applied.Modules.DistinctBy(module => module.Layer).Count();
    }

    // What sd-scripts writes of a merged model, without the time.
    private static SortedDictionary<string, string> Metadata(IReadOnlyList<string> parts, string title) =>
        new(StringComparer.Ordinal)
        {
            ["modelspec.sai_model_spec"] = "1.0.1",
            ["modelspec.implementation_version"] = $"LoraBuild/{typeof(LoraMerge).Assembly.GetName().Version!.ToString(3)}",
            [TitleEntry] = title,
            ["modelspec.merged_from"] = string.Join(", ", parts.Select(TitleOf)),
        };

    private static string TitleOf(string path)
    {
        var name = Path.GetFileNameWithoutExtension(path);
        if (Path.GetExtension(path) != ".safetensors")
            return name;
        using var file = SafetensorsFile.Open(path);
        return file.Metadata.GetValueOrDefault(TitleEntry, name);
    }
}
