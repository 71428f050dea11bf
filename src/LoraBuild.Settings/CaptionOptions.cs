using static LoraBuild.Settings.TrainingOption;

namespace LoraBuild.Settings;

/// <summary>The options of what training reads of a caption.</summary>
internal static class CaptionOptions
{
    public static IReadOnlyList<TrainingOption> All() =>
    [
        Flag(
            "shuffle_caption",
            "The tags of a caption come in a random order.",
            s => s.ShuffleCaption, (s, v) => s with { ShuffleCaption = v }),
        Integer(
            "keep_tokens", 0, 1000,
            "How many tags at the start of a caption are neither shuffled nor dropped.",
            s => s.KeepTokens, (s, v) => s with { KeepTokens = v }),
        OptionalPhrase(
            "keep_tokens_separator",
            "A text, three vertical bars by custom: tags before it, and after a second one, are neither shuffled nor dropped. keep_tokens does not count where a caption has it.",
            s => s.KeepTokensSeparator, (s, v) => s with { KeepTokensSeparator = v }),
        Phrase(
            "caption_separator",
            "What stands between the tags of a caption.",
            s => s.CaptionSeparator, (s, v) => s with { CaptionSeparator = v }),
        OptionalPhrase(
            "secondary_separator",
            "What stands between tags that stay together when a caption is shuffled; it becomes caption_separator afterwards.",
            s => s.SecondarySeparator, (s, v) => s with { SecondarySeparator = v }),
        Flag(
            "enable_wildcard",
            "Each time one of the alternatives in braces (separated by vertical bars), and one line of a caption that has several; doubled braces stand for braces.",
            s => s.EnableWildcard, (s, v) => s with { EnableWildcard = v }),
        OptionalPhrase(
            "caption_prefix",
            "Stands before every caption, with a space between.",
            s => s.CaptionPrefix, (s, v) => s with { CaptionPrefix = v }),
        OptionalPhrase(
            "caption_suffix",
            "Stands after every caption, with a space between.",
            s => s.CaptionSuffix, (s, v) => s with { CaptionSuffix = v }),
        Number(
            "caption_dropout_rate", 0, 1,
            "The share of samples that are learnt without a caption.",
            s => s.CaptionDropoutRate, (s, v) => s with { CaptionDropoutRate = v }),
        Integer(
            "caption_dropout_every_n_epochs", 0, 100_000,
            "In every so many-th epoch all samples are learnt without a caption; 0: in none.",
            s => s.CaptionDropoutEveryNEpochs, (s, v) => s with { CaptionDropoutEveryNEpochs = v }),
        Number(
            "caption_tag_dropout_rate", 0, 1,
            "The share of tags, but for those that are kept, that are left out of a caption each time.",
            s => s.CaptionTagDropoutRate, (s, v) => s with { CaptionTagDropoutRate = v }),
        Integer(
            "token_warmup_min", 0, 1000,
            "How many tags a caption has at the first step of the warm-up, besides those that are kept.",
            s => s.TokenWarmupMin, (s, v) => s with { TokenWarmupMin = v }),
        Number(
            "token_warmup_step", 0, 1e9,
            "The step from which captions have all their tags; below 1: as a share of the training. Until then tags are added one by one.",
            s => s.TokenWarmupStep, (s, v) => s with { TokenWarmupStep = v }),
        Flag(
            "weighted_captions",
            "`(word:1.2)`, `(word)` and `[word]` in a caption weigh its words; a bracket after a backslash is a bracket.",
            s => s.WeightedCaptions, (s, v) => s with { WeightedCaptions = v }),
        Choice(
            "max_token_length", [("75", 75), ("150", 150), ("225", 225)],
            "How many tokens of a caption count.",
            s => s.MaxTokenLength, (s, v) => s with { MaxTokenLength = v }),
    ];
}
