using static LoraBuild.Settings.OptionKind;
using static LoraBuild.Settings.SdScriptsPlace;

namespace LoraBuild.Settings;

/// <content>Captions as the training sees them.</content>
public static partial class Options
{
    private static readonly Precondition WhereTagsAreApart = Where(
        "with LoraShuffleCaption, LoraCaptionTagDropoutRate, LoraTokenWarmupStep or LoraSecondarySeparator",
        settings => settings.ShuffleCaption
            || settings.CaptionTagDropoutRate > 0
            || settings.TokenWarmupStep > 0
            || settings.SecondarySeparator is not null);

    public static readonly Option<bool> ShuffleCaption = OfSdScripts(
        Topic.TrainingCaptions, "shuffle_caption", Flag, true,
        "The tags of a caption come in a random order.", InDataset, "false");

    public static readonly Option<int> KeepTokens = OfSdScripts(
        Topic.TrainingCaptions, "keep_tokens", Whole(0, 1000), 0,
        "The number of tags at the start of a caption that are neither shuffled nor dropped.", InDataset,
        needs: WhereTagsAreApart);

    public static readonly Option<string?> KeepTokensSeparator = OfSdScripts(
        Topic.TrainingCaptions, "keep_tokens_separator", OptionalText, null,
        "A text, usually three vertical bars: tags before it, and after a second one, are neither shuffled nor dropped. "
            + "`keep_tokens` has no effect on a caption that has it.", InDataset,
        needs: WhereTagsAreApart);

    public static readonly Option<string> CaptionSeparator = OfSdScripts(
        Topic.TrainingCaptions, "caption_separator", Text, ",",
        "The text between the tags of a caption.", InDataset,
        needs: WhereTagsAreApart);

    public static readonly Option<string?> SecondarySeparator = OfSdScripts(
        Topic.TrainingCaptions, "secondary_separator", OptionalText, null,
        "The text between tags that stay together when a caption is shuffled. It becomes `caption_separator` afterwards.", InDataset);

    public static readonly Option<bool> EnableWildcard = OfSdScripts(
        Topic.TrainingCaptions, "enable_wildcard", Flag, false,
        "A sample gets one of the alternatives in braces (separated by vertical bars), and one line of a caption that has "
            + "several. Doubled braces stand for braces.", InDataset);

    public static readonly Option<string?> CaptionPrefix = OfSdScripts(
        Topic.TrainingCaptions, "caption_prefix", OptionalText, null,
        "Stands before every caption, with a space between.", InDataset);

    public static readonly Option<string?> CaptionSuffix = OfSdScripts(
        Topic.TrainingCaptions, "caption_suffix", OptionalText, null,
        "Stands after every caption, with a space between.", InDataset);

    public static readonly Option<double> CaptionDropoutRate = OfSdScripts(
        Topic.TrainingCaptions, "caption_dropout_rate", Number(0, 1), 0,
        "The share of samples that are learnt without a caption.", InDataset);

    public static readonly Option<int> CaptionDropoutEveryNEpochs = OfSdScripts(
        Topic.TrainingCaptions, "caption_dropout_every_n_epochs", Whole(0, 100_000), 0,
        "Every n-th epoch is learnt without captions; 0: none is.", InDataset);

    public static readonly Option<double> CaptionTagDropoutRate = OfSdScripts(
        Topic.TrainingCaptions, "caption_tag_dropout_rate", Number(0, 1), 0,
        "The share of tags, apart from those that are kept, that are left out of a caption each time.", InDataset);

    public static readonly Option<int> TokenWarmupMin = OfSdScripts(
        Topic.TrainingCaptions, "token_warmup_min", Whole(0, 1000), 1,
        "The number of tags of a caption at the first step of the warm-up, besides those that are kept.", InDataset,
        needs: Where("with LoraTokenWarmupStep", settings => settings.TokenWarmupStep > 0));

    public static readonly Option<double> TokenWarmupStep = OfSdScripts(
        Topic.TrainingCaptions, "token_warmup_step", Number(0, 1e9), 0,
        "The step from which captions have all their tags; below 1: a share of the training. Until then tags are added one by "
            + "one.", InDataset);

    public static readonly Option<bool> WeightedCaptions = OfSdScripts(
        Topic.TrainingCaptions, "weighted_captions", Flag, false,
        "`(word:1.2)`, `(word)` and `[word]` in a caption weigh its words. A bracket after a backslash is a bracket.");

    public static readonly Option<int> MaxTokenLength = OfSdScripts(
        Topic.TrainingCaptions, "max_token_length", Choice(("75", 75), ("150", 150), ("225", 225)), 225,
        "The number of tokens of a caption that count. Longer captions are warned about (LB5009); their trigger word is never cut.",
        sdScriptsDefault: "75");
}
