using System.Text;
using System.Text.RegularExpressions;

namespace LoraBuild.Settings.Tests.Reference;

/// <summary>The reference of all properties: a table for each topic, with an anchor for each property.</summary>
internal static class SettingsReference
{
    public static string Markdown()
    {
        var text = new StringBuilder();
        foreach (var topic in Options.All.GroupBy(option => option.Topic))
        {
            var isTraining = topic.First().Name is not null;
            text.Append($"\n### {Title(topic.Key)}\n\n")
                .Append(
                    isTraining
                        ? "| property | sd-scripts | takes | default | |\n|---|---|---|---|---|\n"
                        : "| property | takes | default | step | |\n|---|---|---|---|---|\n");
            foreach (var option in topic)
            {
                var (takes, usual) = (Escape(Takes(option)), Escape(Default(option)));
                text.Append($"| <a id=\"{option.Property}\"></a>`{option.Property}` | ")
                    .Append(isTraining ? $"`{option.Name}` | {takes} | {usual} | " : $"{takes} | {usual} | {StepsOf(option)} | ")
                    .Append($"{Escape(MeaningOf(option))} |\n");
            }
        }

        text.Append("\n### Names that are gone\n\n| property | |\n|---|---|\n");
        foreach (var (name, advice) in Options.Retired)
            text.Append($"| <a id=\"{name}\"></a>`{name}` | {advice} |\n");
        return text.Append('\n').ToString();
    }

    private static string MeaningOf(Option option) =>
        option.Needs is { } needs ? $"{option.Meaning} Counts only {needs.Where}." : option.Meaning;

    private static string Title(Topic topic) => topic switch
    {
        Topic.Project => "Project",
        Topic.Pictures => "Pictures",
        Topic.Tags => "Taggers and tags",
        Topic.Captions => "Features and outfits",
        Topic.Regularization => "Drawn regularisation images",
        Topic.Models => "Base model",
        Topic.Run => "The run of a training",
        Topic.TrainingPictures => "Training: pictures",
        Topic.TrainingCaptions => "Training: captions",
        Topic.BaseModel => "Training: text encoder",
        Topic.Length => "Training: batches and length",
        Topic.Saving => "Training: files",
        Topic.Computing => "Training: numbers and memory",
        Topic.Noise => "Training: noise",
        Topic.Loss => "Training: loss",
        Topic.Optimizer => "Training: optimizer",
        Topic.LearningRate => "Training: learning rates",
        Topic.Adapters => "Training: adapters",
        Topic.Validation => "Training: validation",
        Topic.Previews => "Training: previews and logs",
        Topic.Evaluation => "Evaluating",
        Topic.Publishing => "Publishing and merging a LoRA",
        Topic.Cache => "Cache",
        Topic.Engines => "Engines",
        _ => throw new ArgumentOutOfRangeException(nameof(topic)),
    };

    // Words as code; that an option may be left out is said by its default.
    private static string Takes(Option option)
    {
        var allowed = Regex.Replace(option.Allowed, "^empty(,| or) ", "");
        return option.Choices.Count == 0 ? allowed : Regex.Replace(allowed, @"(?<![\w+])(\w[\w+]*)(?=,| or |$)", "`$1`");
    }

    private static string Default(Option option) =>
        option.Rule ?? (option.DefaultText.Length == 0 ? "" : $"`{option.DefaultText}`");

    private static string StepsOf(Option option) => option.Steps switch
    {
        Steps.None => "",
        Steps.Build => "any",
        _ => option.Steps.ToString(),
    };

    private static string Escape(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
