using System.Globalization;
using System.Text;
using LoraBuild.Base.Yaml;
using LoraBuild.Dataset.Characters;
using LoraBuild.Protocol.Models;
using static LoraBuild.Pages.Releases.MarkdownText;

namespace LoraBuild.Pages.Releases;

/// <summary>
/// The README.md of a release, as model cards are on Hugging Face: what to write into a prompt, and what the LoRA was trained on and how.
/// </summary>
public static class ModelCard
{
    /// <summary>Its name within the release.</summary>
    public const string FileName = "README.md";

    private static readonly string[] ToldOptions =
    [
        "algo", "network_dim", "network_alpha", "resolution", "train_batch_size", "max_train_steps", "max_train_epochs", "optimizer_type",
        "learning_rate", "unet_lr", "text_encoder_lr", "lr_scheduler", "clip_skip", "seed",
    ];

    /// <summary>The card.</summary>
    /// <param name="release">The release.</param>
    /// <param name="loras">Its LoRA files, the finished one first.</param>
    public static string Write(Release release, IReadOnlyList<ReleaseInput> loras)
    {
        var text = new StringBuilder();
        Header(text, release);
        Prompts(text, release);
        if (release.Model is { } model)
            Drawing(text, model);
        Training(text, release);
        text.Append("## Files\n\n| file | SHA-256 |\n|---|---|\n");
        foreach (var lora in loras)
            text.Append($"| {Code(lora.Name)} | {Code(lora.Sha256.ToString())} |\n");
        text.Append($"\n{Code(Provenance.FileName)} has the hash of every file that this LoRA was made from, and every setting.\n");
        return text.ToString();
    }

    private static void Header(StringBuilder text, Release release)
    {
        text.Append("---\ntags:\n- text-to-image\n- stable-diffusion\n- lora\n");
        text.Append(CultureInfo.InvariantCulture, $"instance_prompt: {YamlText.Quoted(release.Characters[0].Trigger)}\n---\n\n");
        text.Append(CultureInfo.InvariantCulture, $"# {Text(release.Name)}\n\n");
    }

    private static void Prompts(StringBuilder text, Release release)
    {
        foreach (var character in release.Characters)
        {
            text.Append(CultureInfo.InvariantCulture, $"Trigger: {Code(character.Trigger)}\n\n");
            if (character.Outfits.Count == 0)
                continue;
            text.Append("| outfit | prompt |\n|---|---|\n");
            foreach (var outfit in character.Outfits)
                text.Append(CultureInfo.InvariantCulture, $"| {Text(outfit.Name)} | {Code(Prompt(character.Trigger, outfit))} |\n");
            text.Append('\n');
        }
    }

    private static void Drawing(StringBuilder text, ModelDescription model)
    {
        text.Append("## Drawing\n\n| | |\n|---|---|\n");
        var kind = (model.PredictsVelocity, model.HasZeroTerminalSnr) switch
        {
            (true, true) => ", v-prediction with zero terminal SNR: the user interface must know it",
            (true, _) => ", v-prediction: the user interface must know it",
            _ => "",
        };
        text.Append(CultureInfo.InvariantCulture, $"| for | {Text(model.Family)} and its children{kind} |\n");
        foreach (var (name, value) in ((string, string)[])
            [
                ("size", $"{model.Drawing.Size}, or others of about that area"),
                ("sampler", model.Drawing.Sampler),
                ("steps", model.Drawing.Steps),
                ("CFG scale", model.Drawing.Guidance),
                .. model.HasZeroTerminalSnr ? [("CFG rescale", "0.7")] : ((string, string)[])[],
            ])
            text.Append(CultureInfo.InvariantCulture, $"| {name} | {Text(value)} |\n");
        text.Append('\n');
    }

    private static string Prompt(string trigger, Outfit outfit) =>
        string.Join(", ", new[] { trigger, outfit.Trigger }.OfType<string>().Concat(outfit.Tags));

    private static void Training(StringBuilder text, Release release)
    {
        text.Append("## Training\n\n| | |\n|---|---|\n");
        foreach (var file in release.BaseModel)
            text.Append(CultureInfo.InvariantCulture, $"| base model | {Code(file.Name)}, SHA-256 {Code(file.Sha256.ToString())} |\n");
        var groups = release.Dataset.Groups.Where(group => !group.IsRegularization).ToList();
        text.Append(
            CultureInfo.InvariantCulture,
            $"| pictures | {groups.Sum(group => group.Pictures.Count)}, {release.Dataset.SamplesPerEpoch} samples an epoch "
            + $"({string.Join(" + ", groups.Select(group => $"{group.Repeats}x{group.Pictures.Count}"))}) |\n");
        foreach (var name in ToldOptions)
        {
            if (release.TrainingOptions.TryGetValue(name, out var value))
                text.Append(CultureInfo.InvariantCulture, $"| {Code(name)} | {Text(value)} |\n");
        }

        foreach (var (name, version) in release.Tools.OrderBy(tool => tool.Key, StringComparer.Ordinal))
            text.Append(CultureInfo.InvariantCulture, $"| {Text(name)} | {Text(version)} |\n");
        if (release.DateText is { } date)
            text.Append(CultureInfo.InvariantCulture, $"| date | {date} |\n");
        text.Append('\n');
    }
}
