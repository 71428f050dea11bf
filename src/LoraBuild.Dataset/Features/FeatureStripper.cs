using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.Characters;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.Features;

/// <summary>
/// The StripFeatures step: tags that say who she is leave the caption, and her trigger word becomes its first tag, so that training ties
/// the features to the trigger word and to nothing else. Order-stable and idempotent; safe for any number of threads.
/// </summary>
/// <remarks>Decisions about a tag, the first that applies: a tag added by hand stays; <see cref="FeatureRules.Keep"/> stays;
/// <see cref="FeatureRules.Tags"/> and <see cref="FeatureRules.Patterns"/> go; then, unless switched off,
/// <see cref="FeatureTable.Default"/> and <see cref="FeatureRules.DefaultPatterns"/>.</remarks>
public sealed class FeatureStripper
{
    /// <summary>The time that one of the author's patterns may take over one tag before it is an error.</summary>
    private static readonly TimeSpan PatternTimeout = TimeSpan.FromMilliseconds(500);

    /// <summary>The number of characters of a tag that an error shows.</summary>
    private const int LongestTagTold = 100;

    // As Features/features.txt calls them.
    private static readonly string[] PatternCategories = ["hair", "eyes", "ears", "hair"];

    private static readonly Regex[] DefaultPatterns = [.. FeatureRules.DefaultPatterns.Select(ToWholeTag)];

    private readonly Character character;
    private readonly HashSet<string> names;
    private readonly HashSet<string> kept;
    private readonly HashSet<string> listed;
    private readonly IReadOnlySet<string> spared;
    private readonly string person;
    private readonly Regex[] patterns;
    private readonly ConcurrentDictionary<string, string?> reasons = new(Tag.Comparer);

    /// <summary>Prepares the rules of a character.</summary>
    /// <param name="character">The character.</param>
    /// <param name="spared">Tags that are no features of hers although a table or default pattern says so; see
    /// <see cref="FeatureSurvey.Spared"/>.</param>
    /// <param name="person">The kind of person that she is, <c>1girl</c> or another; see <see cref="FeatureSurvey.Person"/>.</param>
    /// <exception cref="LoraBuildException"><see cref="DiagnosticCode.InvalidValue"/>: a pattern is no regular expression.</exception>
    public FeatureStripper(Character character, IReadOnlySet<string>? spared = null, string person = FeatureSurvey.UsualPerson)
    {
        this.character = character;
        this.person = person;
        this.spared = spared ?? new HashSet<string>();
        names = character.Aliases.Append(Tag.Normalize(character.Trigger)).ToHashSet(Tag.Comparer);
        kept = character.Features.Keep.ToHashSet(Tag.Comparer);
        listed = character.Features.Tags.ToHashSet(Tag.Comparer);
        patterns = [.. character.Features.Patterns.Select(pattern => Compile(pattern, character.File))];
    }

    /// <summary>Removes features and puts the trigger word first.</summary>
    /// <exception cref="LoraBuildException"><see cref="DiagnosticCode.InvalidValue"/>: a pattern takes too long.</exception>
    public PictureTags Strip(PictureTags input)
    {
        var trigger = character.Trigger;
        var tags = new List<string>(input.Tags.Count + 1) { trigger };
        var changes = new List<TagChange>();
        var triggerWasThere = false;
        foreach (var tag in input.Tags)
        {
            if (Tag.Comparer.Equals(tag, trigger))
            {
                if (triggerWasThere) changes.Add(new TagChange(tag, TagChangeKind.Removed, "duplicate", trigger));
                triggerWasThere = true;
            }
            else if (names.Contains(tag))
            {
                changes.Add(new TagChange(tag, TagChangeKind.Replaced, "her name", trigger));
            }
            else if (Reason(tag) is { } reason && !input.IsPinned(tag))
            {
                changes.Add(new TagChange(tag, TagChangeKind.Removed, reason, trigger));
            }
            else
            {
                tags.Add(tag);
            }
        }

        if (!triggerWasThere) changes.Insert(0, new TagChange(trigger, TagChangeKind.Added, "trigger"));
        return input with { Tags = tags, Changes = changes };
    }

    /// <summary>Why a tag is one of her features, or null where it is none.</summary>
    public string? Reason(string tag) => reasons.GetOrAdd(tag, weighted => FindReason(Tag.Unweighted(weighted)));

    /// <summary>True if a tag is the trigger word or one of her aliases.</summary>
    internal bool IsName(string tag) => names.Contains(tag) || Tag.Comparer.Equals(tag, character.Trigger);

    /// <summary>True if features.tags or features.patterns of character.yaml name the tag.</summary>
    internal bool IsAuthorsRule(string tag) => AuthorsReason(tag) is not null;

    /// <summary>A pattern as an expression that matches whole tags.</summary>
    /// <exception cref="ArgumentException">The pattern is no regular expression.</exception>
    internal static Regex ToWholeTag(string pattern)
    {
        const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.IgnoreCase;
        var wholeTag = $@"\A(?:{pattern})\z";
        try
        {
            return new Regex(wholeTag, Options | RegexOptions.NonBacktracking, PatternTimeout);
        }
        catch (NotSupportedException)
        {
            // It looks ahead or behind, or refers back, which takes another way of matching.
            return new Regex(wholeTag, Options, PatternTimeout);
        }
    }

    private static Regex Compile(string pattern, string file)
    {
        try
        {
            return ToWholeTag(pattern);
        }
        catch (ArgumentException exception)
        {
            throw new LoraBuildException(DiagnosticCode.InvalidValue, exception.Message, file, innerException: exception);
        }
    }

    private string? FindReason(string tag)
    {
        if (kept.Contains(tag)) return null;
        if (AuthorsReason(tag) is { } reason) return reason;
        if (!character.Features.UseDefaults || spared.Contains(tag) || FeatureTable.Default.IsKept(tag)) return null;
        if (FeatureTable.Default.PersonOf(tag) is { } other && other != person) return null;
        if (FeatureTable.Default.FeatureCategory(tag) is { } category) return $"feature: {category}";
        for (var index = 0; index < DefaultPatterns.Length; index++)
            if (IsMatch(DefaultPatterns[index], tag)) return $"feature: {PatternCategories[index]}, by a default pattern";
        return null;
    }

    private string? AuthorsReason(string tag)
    {
        if (listed.Contains(tag)) return "feature: listed in features.tags";
        var match = Array.FindIndex(patterns, pattern => IsMatch(pattern, tag));
        return match < 0 ? null : $"feature: matches features.patterns '{character.Features.Patterns[match]}'";
    }

    private bool IsMatch(Regex pattern, string tag)
    {
        try
        {
            return pattern.IsMatch(tag);
        }
        catch (RegexMatchTimeoutException exception)
        {
            throw new LoraBuildException(
                DiagnosticCode.InvalidValue,
                $"A pattern of features.patterns takes too long over the tag '{tag[..Math.Min(tag.Length, LongestTagTold)]}'. "
                    + "Nested repetitions such as (a+)+ with a look-ahead or a back reference do that; write it without them.",
                character.File,
                innerException: exception);
        }
    }
}
