using FsCheck.Xunit;
using LoraBuild.Dataset.Characters;
using LoraBuild.Dataset.Dedupe;
using LoraBuild.Dataset.Features;
using LoraBuild.Dataset.Outfits;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.Tests.Captions;

/// <summary>The steps over tags share tables and caches among threads; how many there are must not show.</summary>
public class ThreadCountTests
{
    private static readonly Character Aoi = Character.Named("hoshino aoi") with
    {
        Outfits =
        [
            new("race", ["white shirt", "yellow necktie", "black gloves", "black skirt", "white footwear"], When: new OutfitCondition(
                ["necktie"], [])),
            new("dress", ["white dress", "frilled collar"]),
        ],
    };

    [Property(MaxTest = 30)]
    public void Captions_and_their_reasons_are_the_same_on_any_number_of_threads(string?[] words, int[][] pictures)
    {
        var inputs = pictures.Select(picks => AnyTags.Of(words, picks)).ToArray();
        var alone = Captions(inputs, threads: 1);
        Assert.Equal(alone, Captions(inputs, threads: 2));
        Assert.Equal(alone, Captions(inputs, threads: 8));
    }

    private static string[] Captions(PictureTags[] inputs, int threads)
    {
        var stripper = new FeatureStripper(Aoi);
        var deduplicator = new TagDeduplicator(Aoi, ImplicationTable.ParseOwn("hat </- beret", "own.txt"));
        var aligner = new OutfitAligner(Aoi, AlignmentOptions.Default);
        var captions = new string[inputs.Length];
        Parallel.For(0, inputs.Length, new ParallelOptions { MaxDegreeOfParallelism = threads }, index =>
        {
            var stripped = stripper.Strip(inputs[index]);
            var deduped = deduplicator.Deduplicate(stripped);
            var aligned = aligner.Align(deduped, new PictureEvidence(inputs[index].Tags), null, []);
            var reasons = stripped.Changes.Concat(deduped.Changes).Concat(aligned.Tags.Changes);
            captions[index] =
                $"{TagList.Format(aligned.Tags.Tags)} | {string.Join("; ", reasons)} | {aligned.Outfit} | {aligned.OutfitReason}";
        });
        return captions;
    }
}
