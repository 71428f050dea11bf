using LoraBuild.Dataset.Manifest;
using LoraBuild.Dataset.Outfits;
using LoraBuild.Dataset.Tags;
using LoraBuild.Diffusion;
using LoraBuild.Diffusion.Families.StableDiffusion;
using LoraBuild.Diffusion.Safetensors;
using LoraBuild.Training.Adapters;
using Xunit.Abstractions;

namespace LoraBuild.Builds;

/// <summary>What <c>dotnet build example-project</c> leaves: a LoRA that has learned hoshino aoi.</summary>
public sealed class ExampleTests(ExampleFixture example, ITestOutputHelper output) : IClassFixture<ExampleFixture>
{
    // What StripFeatures took out of her captions, by the names that the tagger has for it.
    private static readonly string[] Features =
        ["black hair", "long hair", "very long hair", "ahoge", "hair between eyes", "yellow eyes", "horse ears"];

    // The defaults of LoraTaggerThreshold and LoraEvidenceThreshold, which the example keeps.
    private const float TaggerThreshold = 0.4f;
    private const float EvidenceThreshold = 0.1f;

    [Fact]
    public void The_LoRA_has_finite_and_non_zero_weights_for_every_module_that_LyCORIS_would_make()
    {
        using var scope = torch.NewDisposeScope();
        using var model = (StableDiffusionModel)ModelFamilies.Load(example.Checkpoint, torch.ScalarType.Float32);
        using var file = SafetensorsFile.Open(example.Lora);
        string[] parts = ["alpha", "hada_w1_a", "hada_w1_b", "hada_w2_a", "hada_w2_b"];

        var expected = model.TextEncoder.Layers.Concat(model.UNet.Layers).SelectMany(layer => parts.Select(part => $"{layer.Name}.{part}"));

        Assert.Equal(expected.Order(StringComparer.Ordinal), file.Tensors.Keys.Order(StringComparer.Ordinal));
        foreach (var name in file.Tensors.Keys)
        {
            var tensor = file.Load(name, torch.ScalarType.Float32, torch.CPU);
            Assert.True(tensor.isfinite().all().item<bool>(), $"{name} is not finite");
            Assert.True(tensor.abs().sum().item<float>() > 0, $"{name} is zero");
        }
    }

    [Fact]
    public void The_trigger_word_draws_her()
    {
        using var scope = torch.NewDisposeScope();
        using var model = (StableDiffusionModel)ModelFamilies.Load(example.Checkpoint, torch.ScalarType.Float32);
        var before = DrawnPictures.Draw(model, "hoshinoaoi");
        using var lora = AppliedLora.Apply(example.Lora, model);
        var after = DrawnPictures.Draw(model, "hoshinoaoi");
        DrawnPictures.Save([.. before, .. after], Path.Combine(AppContext.BaseDirectory, "trigger-before-and-after.png"));

        var baseRecall = DrawnPictures.Recall(before, Features);
        var recall = DrawnPictures.Recall(after, Features);

        output.WriteLine($"mean recall of her features: {baseRecall:0.000} before training, {recall:0.000} after");
        Assert.InRange(recall, 0.7, 1.0);
        Assert.InRange(recall, baseRecall + 0.3, 1.0);
    }

    [Fact]
    public void Captions_are_what_the_drawings_and_the_rules_imply_but_for_the_taggers_own_mistakes()
    {
        var dataset = Hers().ToDictionary(picture => Path.GetFileNameWithoutExtension(picture.File));
        var drawn = DrawnTruth.Read();
        var unexplained = new List<string>();
        var (same, explained) = (0, 0);

        Assert.Equal(drawn.Select(picture => picture.Id).Order(StringComparer.Ordinal), dataset.Keys.Order(StringComparer.Ordinal));
        foreach (var picture in drawn)
        {
            var scores = TagScores.Read(Path.Combine(Repository.Example, "obj", "lora", "scores", picture.Id + ".tags.json"));
            var expected = picture.Caption().ToHashSet(Tag.Comparer);
            var caption = TagList.Parse(dataset[picture.Id].Caption).ToHashSet(Tag.Comparer);
            same += caption.Intersect(expected, Tag.Comparer).Count();
            foreach (var tag in caption.Except(expected, Tag.Comparer).Concat(expected.Except(caption, Tag.Comparer)))
            {
                var isExtra = caption.Contains(tag);
                var score = BestScore(scores, tag);
                var line = FormattableString.Invariant(
                    $"{picture.Id}: {(isExtra ? "extra" : "missing")} '{tag}', the tagger's best score for it is {score:0.00}");
                output.WriteLine(line);
                var isGarment = GarmentTable.Default.Named(tag) is not null;
                if (isExtra == score >= (isGarment ? EvidenceThreshold : TaggerThreshold))
                    explained++;
                else
                    unexplained.Add(line);
            }

            Assert.Equal(picture.Outfit, dataset[picture.Id].Outfit);
        }

        output.WriteLine($"{same} tags as drawn, {explained} differences by the tagger's mistakes");
        Assert.Empty(unexplained);
        Assert.InRange(explained, 0, same / 10);
    }

    [Fact]
    public void At_least_95_percent_of_what_an_outfit_has_is_named_where_it_shows_and_nowhere_else()
    {
        var dataset = Hers().ToDictionary(
            picture => Path.GetFileNameWithoutExtension(picture.File), picture => TagList.Parse(picture.Caption).ToHashSet(Tag.Comparer));
        var confusion = new SortedDictionary<string, int[]>(StringComparer.Ordinal);
        foreach (var picture in DrawnTruth.Read())
        {
            foreach (var tag in picture.OutfitTags)
            {
                var (drawn, named) = (picture.Tags.Contains(tag, Tag.Comparer), dataset[picture.Id].Contains(tag));
                var counts = confusion.TryGetValue(tag, out var known) ? known : confusion[tag] = new int[4];
                counts[(drawn ? 0 : 2) + (named ? 0 : 1)]++;
            }
        }

        output.WriteLine("tag: shown and named, shown but not named, not shown but named, neither");
        foreach (var (tag, counts) in confusion)
            output.WriteLine($"{tag}: {string.Join(", ", counts)}");
        var right = confusion.Values.Sum(counts => counts[0] + counts[3]);
        var all = confusion.Values.Sum(counts => counts.Sum());
        output.WriteLine(
            FormattableString.Invariant($"{right} of {all} pairs of picture and outfit tag are right: {(double)right / all:P1}"));
        Assert.InRange((double)right / all, 0.95, 1);
    }

    // Without those that the base model drew of others.
    private static IEnumerable<DatasetPicture> Hers() => DatasetFile.Read(Path.Combine(Repository.Example, "bin", "dataset")).Groups
        .Where(group => !group.IsRegularization).SelectMany(group => group.Pictures);

    // The tagger's score for a tag, or for another name of the same garment.
    private static float BestScore(TagScores scores, string tag)
    {
        var garment = GarmentTable.Default.Named(tag);
        return scores.All.Where(
            score => Tag.Comparer.Equals(score.Key, tag) || (garment is not null && GarmentTable.Default.Named(score.Key) == garment))
            .Select(score => score.Value).DefaultIfEmpty(0).Max();
    }
}
