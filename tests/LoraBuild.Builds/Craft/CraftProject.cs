using System.Diagnostics;

namespace LoraBuild.Builds.Craft;

/// <summary>A project of one variant, in a folder of its own, and what Evaluate says of its LoRA.</summary>
internal static class CraftProject
{
    // What the example's StripFeatures takes out: variants that keep it in captions are measured by the same.
    private const string Features = "black hair, very long hair, ahoge, bangs, hair between eyes, yellow eyes, horse ears";

    /// <summary>Trains and evaluates; null, with the build's last lines on standard error, where it fails.</summary>
    /// <param name="variant">The variant.</param>
    /// <param name="steps">Steps of the training.</param>
    /// <param name="samples">Prompts of each family.</param>
    /// <param name="seed">The training's seed. The evaluation's is the same for all.</param>
    /// <param name="folder">A folder for the project, removed afterwards.</param>
    public static CraftResult? Measure(CraftVariant variant, int steps, int samples, int seed, string folder)
    {
        Write(variant, steps, samples, seed, folder);
        var start = new ProcessStartInfo("dotnet") { WorkingDirectory = folder, RedirectStandardOutput = true };
        foreach (var argument in (string[])["build", "-t:Evaluate", "-tl:off", "-nodeReuse:false"])
            start.ArgumentList.Add(argument);
        using var build = Process.Start(start)!;
        var output = build.StandardOutput.ReadToEnd();
        build.WaitForExit();
        if (build.ExitCode != 0)
        {
            Console.Error.WriteLine(string.Join('\n', output.Split('\n').TakeLast(15)));
            return null;
        }

        var result = CraftResult.Read(folder);
        Directory.Delete(folder, recursive: true);
        return result;
    }

    /// <summary>Writes the project.</summary>
    /// <inheritdoc cref="Measure" path="/param"/>
    public static void Write(CraftVariant variant, int steps, int samples, int seed, string folder)
    {
        // An interrupted run of another variant may have left its own; its training's state stays, and is of use to that variant alone.
        var images = Path.Combine(folder, "images");
        if (Directory.Exists(images))
            Directory.Delete(images, recursive: true);
        foreach (var picture in Directory.EnumerateFiles(Path.Combine(Repository.Example, "images"), "*", SearchOption.AllDirectories))
        {
            if (variant.Pictures?.Contains(Path.GetFileNameWithoutExtension(picture)) == false)
                continue;
            var target = Path.Combine(folder, Path.GetRelativePath(Repository.Example, picture));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(picture, target, overwrite: true);
        }

        var character = File.ReadAllText(Path.Combine(Repository.Example, "character.yaml"));
        // Tags and edits stand last, and speak of pictures that a variant with a few of them may not have.
        if (variant.Pictures is not null)
            character = character[..(character.IndexOf("\ntags:", StringComparison.Ordinal) + 1)];
        File.WriteAllText(Path.Combine(folder, "character.yaml"), character + variant.Character);

        var project = File.ReadAllText(Path.Combine(Repository.Example, "HoshinoAoi.loraproj"))
            .Replace("../build/", Path.Combine(Repository.Example, "..", "build") + "/", StringComparison.Ordinal)
            .Replace("models/", Path.Combine(Repository.Example, "models") + "/", StringComparison.Ordinal);
        var properties = new Dictionary<string, string>(variant.Properties ?? new Dictionary<string, string>())
        {
            ["LoraMaxTrainSteps"] = FormattableString.Invariant($"{steps}"),
            // For a short training: a tenth of it to warm up, and higher rates than the example's.
            ["LoraLrWarmupSteps"] = FormattableString.Invariant($"{steps / 10}"),
            ["LoraLearningRate"] = "0.001",
            ["LoraTextEncoderLr"] = "0.0005",
            ["LoraSaveEveryNEpochs"] = "0",
            ["LoraSeed"] = FormattableString.Invariant($"{seed}"),
            ["LoraReport"] = "false",
            ["LoraSamplePrompts"] = "",
            ["LoraSampleEveryNEpochs"] = "",
            ["LoraRegularizationPrompts"] = "",
            ["LoraEvaluateNotes"] = "",
            ["LoraEvaluateSteps"] = "10",
            ["LoraEvaluateSamples"] = FormattableString.Invariant($"{samples}"),
            ["LoraEvaluateFeatures"] = Features,
            ["LoraMinIdentity"] = "",
            ["LoraMinObedience"] = "",
            ["LoraMaxLeakage"] = "",
        };
        var values = string.Concat(properties.Select(property => $"    <{property.Key}>{property.Value}</{property.Key}>\n"));
        var lines = $"  <PropertyGroup>\n{values}  </PropertyGroup>\n{variant.Lines}";
        var targets = project.LastIndexOf("  <Import", StringComparison.Ordinal);
        var end = project.LastIndexOf("</Project>", StringComparison.Ordinal);
        File.WriteAllText(
            Path.Combine(folder, "Craft.loraproj"),
            string.Concat(project[..targets], lines, project[targets..end], variant.Targets, project[end..]));
    }
}
