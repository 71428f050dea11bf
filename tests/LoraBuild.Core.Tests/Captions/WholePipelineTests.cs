using FsCheck.Xunit;
using LoraBuild.Core.Characters;
using LoraBuild.Core.Features;
using LoraBuild.Core.Outfits;
using LoraBuild.Core.Tags;

namespace LoraBuild.Core.Tests.Captions;

/// <summary>What holds of a caption whatever the tagger says and the author corrects: from scores to the last step, for any picture.</summary>
public class WholePipelineTests
{
    private static readonly Character Aoi = Character.Named("hoshino aoi") with
    {
        Aliases = ["aoi"],
        Features = FeatureRules.Default with { Tags = ["horse girl"], Keep = ["ahoge"] },
        Outfits =
        [
            new("race", ["white shirt", "yellow necktie", "black gloves", "long sleeves", "belt", "black skirt", "pleated skirt", "white footwear"],
                Trigger: "aoi race", When: new OutfitCondition(["necktie"], [])),
            new("dress", ["white dress", "frilled collar", "jewelry"]),
        ],
    };

    private static readonly FeatureStripper Stripper = new(Aoi);
    private static readonly TagDeduplicator Deduplicator = new(Aoi, ImplicationTable.Danbooru);
    private static readonly OutfitAligner Aligner = new(Aoi, AlignmentOptions.Default);

    [Property]
    public void A_caption_run_through_the_steps_again_stays_as_it_is(Picture picture)
    {
        var (raw, evidence) = picture.Tags();
        var caption = Caption(raw, evidence);
        Assert.Equal(caption.Tags, Caption(raw with { Tags = caption.Tags, Changes = [] }, evidence).Tags);
    }

    [Property]
    public void Tags_keep_their_order_and_stand_once(Picture picture)
    {
        var (raw, evidence) = picture.Tags();
        var caption = Caption(raw, evidence);
        Assert.Equal(Aoi.Trigger, caption.Tags[0]);
        Assert.Equal(caption.Tags.Count, caption.Tags.Distinct(Tag.Comparer).Count());
        var kept = raw.Tags.Distinct(Tag.Comparer).Where(tag => caption.Tags.Contains(tag, Tag.Comparer) && !Aoi.TriggerWords.Contains(tag, Tag.Comparer));
        Assert.Equal(kept, caption.Tags.Where(tag => raw.Tags.Contains(tag, Tag.Comparer) && !Aoi.TriggerWords.Contains(tag, Tag.Comparer)), Tag.Comparer);
    }

    [Property]
    public void Nothing_comes_but_the_triggers_the_outfits_tags_and_what_the_author_adds(Picture picture)
    {
        var (raw, evidence) = picture.Tags();
        var caption = Caption(raw, evidence);
        var own = Aoi.TriggerWords.Concat(Aoi.Outfits.SelectMany(outfit => outfit.Tags)).Concat(raw.Pinned);
        Assert.Empty(caption.Tags.Except(evidence.Scores!.Keys, Tag.Comparer).Except(own, Tag.Comparer));
        Assert.Empty(caption.Tags.Intersect(raw.Banned, Tag.Comparer).Except(Aoi.TriggerWords, Tag.Comparer));
        Assert.Empty(raw.Pinned.Except(caption.Tags, Tag.Comparer).Except(Aoi.Aliases, Tag.Comparer));
    }

    [Property]
    public void Every_tag_at_the_threshold_is_in_the_caption_or_has_the_reason_why_not(Picture picture)
    {
        var (raw, evidence) = picture.Tags();
        var caption = Caption(raw, evidence);
        var reasons = raw.Changes.Concat(caption.Changes).ToLookup(change => change.Tag, Tag.Comparer);
        foreach (var tag in evidence.Scores!.Where(score => score.Value >= new TagSelection().GeneralThreshold).Select(score => score.Key))
        {
            if (caption.Tags.Contains(tag, Tag.Comparer)) continue;
            Assert.Contains(reasons[tag], change => change.Kind != TagChangeKind.Added && change.Reason.Length > 0);
        }
    }

    // The last step's tags with the changes of all steps.
    private static PictureTags Caption(PictureTags raw, PictureEvidence evidence)
    {
        var stripped = Stripper.Strip(raw);
        var deduped = Deduplicator.Deduplicate(stripped);
        var aligned = Aligner.Align(deduped, evidence, null, []).Tags;
        return aligned with { Changes = [.. stripped.Changes, .. deduped.Changes, .. aligned.Changes] };
    }

    /// <summary>Scores of any labels, and any corrections by hand.</summary>
    public sealed record Picture(ushort[] Labels, byte[] Scores, ushort[] Add, ushort[] Remove, (ushort Old, ushort New)[] Replace)
    {
        /// <summary>The raw tags, and what the steps may know besides.</summary>
        internal (PictureTags Raw, PictureEvidence Evidence) Tags()
        {
            var scores = new Dictionary<string, float>(StringComparer.Ordinal);
            foreach (var (label, score) in Labels.Zip(Scores)) scores[Known(label)] = score / 255f;
            var edit = new TagEdit([.. Add.Take(2).Select(Known)], [.. Remove.Take(2).Select(Known)], Replace.Take(1).ToDictionary(pair => Known(pair.Old), pair => Known(pair.New)));
            var nothing = new Dictionary<string, float>();
            var raw = TagEdit.Apply(new TagSelection().Apply(new TagScores(nothing, scores, nothing)), [edit]);
            return (raw, new PictureEvidence(raw.Tags, scores));

            static string Known(ushort pick) => AnyTags.AllKnown[pick % AnyTags.AllKnown.Count];
        }
    }
}
