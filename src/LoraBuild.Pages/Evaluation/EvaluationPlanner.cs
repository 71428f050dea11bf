using LoraBuild.Base.Randomness;
using LoraBuild.Dataset.Characters;
using LoraBuild.Dataset.Outfits;
using LoraBuild.Dataset.Tags;
using LoraBuild.Settings;

namespace LoraBuild.Pages.Evaluation;

/// <summary>
/// Chooses the prompts of an evaluation. The same inputs give the same prompts; what is asked for changes as little as possible when the
/// dataset does. Nothing is asked for that the dataset has, be it in a caption, in a picture's tags before the rules, or implied by one of
/// them.
/// </summary>
public static class EvaluationPlanner
{
    private const string WholeBody = "full body";

    // Parts of the body that a picture without a word about its framing often leaves out.
    private static readonly string[] LowerParts = ["hips", "legs", "feet"];

    /// <summary>Plans the evaluation of a LoRA for one character.</summary>
    /// <param name="character">The character.</param>
    /// <param name="identity">The features that she is recognised by.</param>
    /// <param name="dataset">All tags of the dataset: before the rules and in the captions, in any order.</param>
    /// <param name="vocabulary">The tagger's general tags.</param>
    /// <param name="implications">The tags that other tags imply.</param>
    /// <param name="settings">The settings: the number of prompts, and the seed.</param>
    public static EvaluationPlan Plan(
        Character character,
        IdentityFeatures identity,
        IReadOnlyList<string> dataset,
        IReadOnlyList<string> vocabulary,
        ImplicationTable implications,
        EvaluationSettings settings)
    {
        var known = vocabulary.ToHashSet(Tag.Comparer);
        var asked = Asked(new SaidTags(dataset, implications), vocabulary, settings).ToList();
        var features = identity.Features.Where(feature => known.Contains(feature.Tag)).ToList();
        return new EvaluationPlan(
            character,
            features,
            [
                .. Enumerable.Range(0, settings.Samples).Select(index => new EvaluationCase(
                    EvaluationFamily.Identity, character.Trigger, character.Trigger, settings.Seed + index, [])),
                .. asked.Select((tag, index) => new EvaluationCase(
                    EvaluationFamily.Obedience, Prompt([character.Trigger], tag), Prompt(identity.ClassTags, tag), settings.Seed + index,
                    [tag], KindOf(tag))),
                .. Outfits(character, identity, known, settings),
                .. asked.Select((tag, index) => new EvaluationCase(
                    EvaluationFamily.Leakage, Prompt(identity.ClassTags, tag), Prompt(identity.ClassTags, tag), settings.Seed + index,
                    [tag], KindOf(tag))),
            ]);

        string Prompt(IReadOnlyList<string> first, string tag) =>
            TagList.Format(NeedsWholeBody(tag) && known.Contains(WholeBody) ? [.. first, tag, WholeBody] : [.. first, tag]);
    }

    /// <summary>
    /// Lists the tags that the tagger knows, that can be asked for and that the dataset does not have. They come by kind, in the order in
    /// which they are asked for.
    /// </summary>
    /// <param name="dataset">All tags of the dataset.</param>
    /// <param name="vocabulary">The tagger's general tags.</param>
    /// <param name="implications">The tags that other tags imply.</param>
    /// <param name="seed">Decides the order.</param>
    public static IReadOnlyDictionary<AskedKind, IReadOnlyList<string>> Candidates(
        IReadOnlyList<string> dataset, IReadOnlyList<string> vocabulary, ImplicationTable implications, long seed) =>
        Candidates(new SaidTags(dataset, implications), vocabulary, seed);

    private static Dictionary<AskedKind, IReadOnlyList<string>> Candidates(SaidTags had, IReadOnlyList<string> vocabulary, long seed)
    {
        var byKind = vocabulary.Distinct(Tag.Comparer).Order(StringComparer.Ordinal).ToLookup(AskedTable.Default.KindOf);
        return Enum.GetValues<AskedKind>().ToDictionary(kind => kind, kind =>
        {
            // All of them are brought into an order, and only then left out, so that one tag more in the dataset moves no other.
            var tags = byKind[kind].ToArray();
            new CounterRandom(seed, (long)kind).Shuffle(tags.AsSpan());
            // One garment after the other, then the second tag of each: most colours of dresses would otherwise be most of the clothes.
            return (IReadOnlyList<string>)[.. tags.GroupBy(tag => GarmentTable.Default.Named(tag)?.Name ?? tag)
                .SelectMany(garment => garment.Select((tag, turn) => (tag, turn)))
                .OrderBy(entry => entry.turn)
                .Select(entry => entry.tag)
                .Where(tag => !had.Contains(tag))];
        });
    }

    private static IEnumerable<string> Asked(SaidTags had, IReadOnlyList<string> vocabulary, EvaluationSettings settings)
    {
        var kinds = Candidates(had, vocabulary, settings.Seed).Where(kind => kind.Value.Count > 0).OrderBy(kind => kind.Key)
            .Select(kind => kind.Value).ToList();
        if (kinds.Count == 0)
            return [];
        // Each kind in turn; what is asked for twice is drawn from another seed.
        return Enumerable.Range(0, settings.Samples)
            .Select(index => kinds[index % kinds.Count][index / kinds.Count % kinds[index % kinds.Count].Count]);
    }

    private static IEnumerable<EvaluationCase> Outfits(
        Character character, IdentityFeatures identity, HashSet<string> known, EvaluationSettings settings)
    {
        var outfits = character.Outfits.Where(outfit => outfit.Tags.Any(known.Contains)).ToList();
        var count = outfits.Count == 0 ? 0 : Math.Max(settings.Samples, outfits.Count);
        string[] whole = known.Contains(WholeBody) ? [WholeBody] : [];
        for (var index = 0; index < count; index++)
        {
            var outfit = outfits[index % outfits.Count];
            yield return new EvaluationCase(
                EvaluationFamily.Outfits,
                TagList.Format([character.Trigger, .. outfit.Trigger is null ? outfit.Tags : [outfit.Trigger], .. whole]),
                TagList.Format([.. identity.ClassTags, .. outfit.Tags, .. whole]),
                settings.Seed + index,
                [.. outfit.Tags.Where(known.Contains)],
                Outfit: outfit.Name);
        }
    }

    private static bool NeedsWholeBody(string tag) => GarmentTable.Default.Named(tag)?.Parts.Any(LowerParts.Contains) == true;

    private static AskedKind? KindOf(string tag) => AskedTable.Default.KindOf(tag);
}
