namespace LoraBuild.Settings;

/// <content>What training reads of a caption.</content>
public sealed partial record TrainingSettings
{
    /// <summary><c>shuffle_caption</c>: the tags of a caption come in a random order.</summary>
    public bool ShuffleCaption { get; init; } = true;

    /// <summary><c>keep_tokens</c>: how many tags at the start of a caption are neither shuffled nor dropped; at least 0.</summary>
    public int KeepTokens { get; init; }

    /// <summary><c>keep_tokens_separator</c>: tags before it, and after a second one, are neither shuffled nor dropped; null: there is none.</summary>
    public string? KeepTokensSeparator { get; init; }

    /// <summary><c>caption_separator</c>: what stands between tags; not empty.</summary>
    public string CaptionSeparator { get; init; } = ",";

    /// <summary><c>secondary_separator</c>: what stands between tags that stay together; null: there is none.</summary>
    public string? SecondarySeparator { get; init; }

    /// <summary><c>enable_wildcard</c>: one of <c>{a|b}</c> and one of a caption's lines is taken at random.</summary>
    public bool EnableWildcard { get; init; }

    /// <summary><c>caption_prefix</c>: stands before every caption, with a space between.</summary>
    public string? CaptionPrefix { get; init; }

    /// <summary><c>caption_suffix</c>: stands after every caption, with a space between.</summary>
    public string? CaptionSuffix { get; init; }

    /// <summary><c>caption_dropout_rate</c>: the share of samples without a caption; 0 to 1.</summary>
    public double CaptionDropoutRate { get; init; }

    /// <summary><c>caption_dropout_every_n_epochs</c>: each n-th epoch goes without captions; 0: none does.</summary>
    public int CaptionDropoutEveryNEpochs { get; init; }

    /// <summary><c>caption_tag_dropout_rate</c>: the share of tags that are left out each time; 0 to 1.</summary>
    public double CaptionTagDropoutRate { get; init; }

    /// <summary><c>token_warmup_min</c>: tags at the first step of the warm-up, besides the kept ones.</summary>
    public int TokenWarmupMin { get; init; } = 1;

    /// <summary><c>token_warmup_step</c>: the step from which captions have all their tags; below 1: as a share of the training.</summary>
    public double TokenWarmupStep { get; init; }

    /// <summary><c>weighted_captions</c>: brackets in a caption weigh its words.</summary>
    public bool WeightedCaptions { get; init; }

    /// <summary><c>max_token_length</c>: 75, 150 or 225 tokens of a caption count.</summary>
    public int MaxTokenLength { get; init; } = 225;
}
