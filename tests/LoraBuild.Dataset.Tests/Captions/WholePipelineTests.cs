using FsCheck.Xunit;
using LoraBuild.Dataset.Characters;
using LoraBuild.Dataset.Dedupe;
using LoraBuild.Dataset.Features;
using LoraBuild.Dataset.Outfits;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.Tests.Captions;

/// <summary>
/// What holds of a caption whatever the tagger says and the author corrects: from scores to the last step, for any picture.
/// </summary>
public class WholePipelineTests
{
    private static readonly Character Aoi = Character.Named("hoshino aoi") with
    {
        Aliases = ["aoi"],
        Features = FeatureRules.Default with { Tags = ["horse girl"], Keep = ["ahoge"] },
        Outfits =
        [
            new("race", [
                "white shirt", "yellow necktie", "black gloves", "long sleeves", "belt", "black skirt", "pleated skirt", "white footwear",
            ],
                Trigger: "aoi race", When: new OutfitCondition(["necktie"], [])),
            new("dress", ["white dress", "frilled collar", "jewelry"]),
        ],
    };

    private static readonly TagDeduplicator Deduplicator = new(Aoi, ImplicationTable.Danbooru);

    [Property]
    public void A_caption_run_through_the_steps_again_stays_as_it_is(Picture picture)
    {
        var (raw, evidence) = picture.Tags();
        var caption = picture.Caption(raw, evidence);
        Assert.Equal(caption.Tags, picture.Caption(raw with { Tags = caption.Tags, Changes = [] }, evidence).Tags);
    }

    [Property]
    public void Tags_keep_their_order_and_stand_once(Picture picture)
    {
        var (raw, evidence) = picture.Tags();
        var caption = picture.Caption(raw, evidence);
        Assert.Equal(Aoi.Trigger, caption.Tags[0]);
        Assert.Equal(caption.Tags.Count, caption.Tags.Distinct(Tag.Comparer).Count());
        var kept = raw.Tags.Distinct(Tag.Comparer)
            .Where(tag => caption.Tags.Contains(tag, Tag.Comparer) && !Aoi.TriggerWords.Contains(tag, Tag.Comparer));
        Assert.Equal(kept, caption.Tags.Where(tag => raw.Tags.Contains(tag, Tag.Comparer)
            && !Aoi.TriggerWords.Contains(tag, Tag.Comparer)), Tag.Comparer);
    }

    [Property]
    public void Nothing_comes_but_the_triggers_the_outfits_tags_and_what_the_author_adds(Picture picture)
    {
        var (raw, evidence) = picture.Tags();
        var caption = picture.Caption(raw, evidence);
        var own = Aoi.TriggerWords.Concat(Aoi.Outfits.SelectMany(outfit => outfit.Tags)).Concat(raw.Pinned).Concat(picture.Replacements);
        Assert.Empty(caption.Tags.Except(evidence.Scores!.Keys, Tag.Comparer).Except(own, Tag.Comparer));
        Assert.Empty(caption.Tags.Intersect(raw.Banned, Tag.Comparer).Except(Aoi.TriggerWords, Tag.Comparer));
        Assert.Empty(raw.Pinned.Except(caption.Tags, Tag.Comparer).Except(Aoi.Aliases, Tag.Comparer));
    }

    [Property]
    public void Every_tag_at_the_threshold_is_in_the_caption_or_has_the_reason_why_not(Picture picture)
    {
        var (raw, evidence) = picture.Tags();
        var caption = picture.Caption(raw, evidence);
        var reasons = raw.Changes.Concat(caption.Changes).ToLookup(change => change.Tag, Tag.Comparer);
        foreach (var tag in evidence.Scores!.Where(score => score.Value >= new TagSelection().GeneralThreshold).Select(score => score.Key))
        {
            if (caption.Tags.Contains(tag, Tag.Comparer)) continue;
            Assert.Contains(reasons[tag], change => change.Kind != TagChangeKind.Added && change.Reason.Length > 0);
        }
    }

    [Property(MaxTest = 30)]
    public void Captions_reasons_and_warnings_are_the_same_on_any_number_of_threads(Picture[] pictures)
    {
        var inputs = Array.ConvertAll(pictures, picture => picture.Tags());
        (string Id, IReadOnlyList<string> Tags)[] raw = [.. inputs.Select((input, index) => ($"{index}", input.Raw.Tags))];
        var alone = AllOn(1);
        Assert.Equal(alone, AllOn(2));
        Assert.Equal(alone, AllOn(8));

        // As the tasks do: what is learnt of all pictures first, then each picture by itself.
        string[] AllOn(int threads)
        {
            var survey = new FeatureSurvey(Aoi, raw, leastFrequency: 0.3);
            var warnings = survey.Warnings().Concat(ContradictionTable.Default.Warnings(raw, ImplicationTable.Danbooru, Aoi.File));
            var captions = new string[inputs.Length];
            Parallel.For(0, inputs.Length, new ParallelOptions { MaxDegreeOfParallelism = threads }, index =>
            {
                var caption = pictures[index].Caption(inputs[index].Raw, inputs[index].Evidence, survey.Spared);
                captions[index] = $"{TagList.Format(caption.Tags)} | {string.Join("; ", caption.Changes)}";
            });
            return [.. captions, .. warnings.Select(warning => $"{warning.Diagnostic.Message} {string.Join(' ', warning.Pictures)}")];
        }
    }

    /// <summary>Scores of any labels, any corrections by hand, and any of what a project and a picture may choose.</summary>
    public sealed record Picture(
        ushort[] Labels, byte[] Scores, ushort[] Add, ushort[] Remove, (ushort Old, ushort New)[] Replace, ushort[] Hide, byte Choices)
    {
        private static readonly string?[] Outfits = [null, "race", "dress", OutfitChooser.None];

        private bool HasSelection => (Choices & 8) != 0;

        /// <summary>The raw tags, and what the steps may know besides.</summary>
        internal (PictureTags Raw, PictureEvidence Evidence) Tags()
        {
            var scores = new Dictionary<string, float>(StringComparer.Ordinal);
            foreach (var (label, score) in Labels.Zip(Scores)) scores[Known(label)] = score / 255f;
            var edit =
                new TagEdit([.. Add.Take(2).Select(Known)], [.. Remove.Take(2).Select(Known)], Replace.Take(1).ToDictionary(pair => Known(
                    pair.Old), pair => Known(pair.New)));
            var nothing = new Dictionary<string, float>();
            var selection = HasSelection
                ? new TagSelection { Order = TagOrder.Score, UndesiredTags = ["smile", "hat"], AlwaysFirstTags =
                    ["solo", "1girl"], TagReplacement = [KeyValuePair.Create("boots", "shoes"), KeyValuePair.Create("shirt", "skirt")] }
                : new TagSelection();
            var raw = TagEdit.Apply(selection.Apply(new TagScores(nothing, scores, nothing)), [edit]);
            return (raw, new PictureEvidence(raw.Tags, scores));
        }

        /// <summary>The last step's tags with the changes of all steps.</summary>
        internal PictureTags Caption(PictureTags raw, PictureEvidence evidence, IReadOnlySet<string>? spared = null)
        {
            var options = AlignmentOptions.Default with { Undecided = (Choices & 4) != 0 ? Undecided.Keep : Undecided.Drop };
            var stripped = new FeatureStripper(Aoi, spared).Strip(raw);
            var deduped = Deduplicator.Deduplicate(stripped);
            var aligned =
                new OutfitAligner(Aoi, options).Align(deduped, evidence, Outfits[Choices & 3], [.. Hide.Take(2).Select(Known)]).Tags;
            return aligned with { Changes = [.. stripped.Changes, .. deduped.Changes, .. aligned.Changes] };
        }

        /// <summary>What replaces tags by the project's choice.</summary>
        internal IReadOnlyList<string> Replacements => HasSelection ? ["shoes", "skirt"] : [];

        private static string Known(ushort pick) => AnyTags.AllKnown[pick % AnyTags.AllKnown.Count];
    }
}
