using LoraBuild.Base.Diagnostics;
using LoraBuild.Imaging.Rasters;

namespace LoraBuild.Tagging.Tests;

public sealed class TaggerTests : IDisposable
{
    private const string ThreeLabels = "tag_id,name,category,count\n1,blue,0,1\n2,green,0,1\n3,red,0,1\n";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_example_is_tagged_as_it_was_drawn()
    {
        using var tagger = Tagger.Open(Example.Model, Example.Labels);
        var scores = ScoreExample(tagger);
        int hits = 0, missed = 0, wrong = 0;
        for (var i = 0; i < scores.Length; i++)
        {
            var drawn = Example.Pictures[i].Tags.Select(Dataset.Tags.Tag.Normalize).ToHashSet();
            var found = tagger.Labels.Select(scores[i]);
            hits += found.Count(drawn.Contains);
            wrong += found.Count(tag => !drawn.Contains(tag));
            missed += drawn.Count - found.Count(drawn.Contains);
        }
        Assert.Equal(24, scores.Length);
        Assert.InRange(2.0 * hits / (2 * hits + wrong + missed), 0.88, 1.0);
    }

    [Fact]
    public void Scores_are_the_same_bits_for_any_number_of_threads()
    {
        using var one = Tagger.Open(Example.Model, Example.Labels, new TaggerOptions { Threads = 1 });
        var expected = ScoreExample(one);
        foreach (var options in (TaggerOptions[])[new() { Threads = 2 }, new() { Threads = 7 }, new() { Threads = 2, IntraOpThreads = 2 }])
        {
            using var other = Tagger.Open(Example.Model, Example.Labels, options);
            Assert.Equal(expected, ScoreExample(other));
        }
    }

    [Fact]
    public void A_picture_that_cannot_be_read_does_not_keep_the_others_from_it()
    {
        using var tagger = Tagger.Open(Example.Model, Example.Labels);
        string[] pictures = [Example.Pictures[0].Path, folder.Write("broken.png", "no picture"u8), Example.Pictures[1].Path];
        var scored = new SortedSet<int>();
        var failed = new Dictionary<int, LoraBuildException>();
        tagger.Score(pictures, (index, _) => scored.Add(index), (index, error) => failed.Add(index, error));
        Assert.Equal([0, 2], scored);
        Assert.Equal((1, DiagnosticCode.UndecodablePicture), (Assert.Single(failed).Key, failed[1].Diagnostic.Code));
    }

    [Fact]
    public void What_the_caller_throws_reaches_the_caller()
    {
        using var tagger = Tagger.Open(Example.Model, Example.Labels);
        var full = new LoraBuildException(DiagnosticCode.CannotWrite, "The disk is full.");
        Assert.Same(
            full, Assert.Throws<LoraBuildException>(() => tagger.Score([Example.Pictures[0].Path], (_, _) => throw full, (_, _) => { })));
    }

    [Fact]
    public void Cancellation_ends_the_work()
    {
        using var tagger = Tagger.Open(Example.Model, Example.Labels, new TaggerOptions { Threads = 1 });
        using var cancellation = new CancellationTokenSource();
        var scored = 0;
        Assert.ThrowsAny<OperationCanceledException>(() => tagger.Score(
            [.. Example.Pictures.Select(picture => picture.Path)],
            (_, _) =>
            {
                scored++;
                cancellation.Cancel();
            },
            (_, _) => { },
            cancellation.Token));
        Assert.InRange(scored, 1, 23);
    }

    [Theory]
    [InlineData(new long[] { -1, 8, 8, 3 }, new long[] { 1, 2 }, new long[] { -1, 3 })]
    [InlineData(new long[] { 1, 8, 8, 3 }, new long[] { 1, 2 }, new long[] { -1, -1 })]
    [InlineData(new long[] { -1, 3, 8, 8 }, new long[] { 2, 3 }, new long[] { -1, 3 })]
    public void Size_and_layout_are_read_from_the_model(long[] inputShape, long[] spatialAxes, long[] outputShape)
    {
        using var tagger = Open(OnnxFile.ChannelMeans(inputShape, spatialAxes, outputShape), ThreeLabels);
        Assert.Equal(new WdInput(8, IsChannelsFirst: inputShape[1] == 3), tagger.Input);
        var picture = new Raster(1, 1, [10, 20, 30, 255]);
        Assert.Equal([30f, 20f, 10f], tagger.Score(picture));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(4, 1)]
    [InlineData(4, 3)]
    [InlineData(64, 5)]
    public void Batches_give_every_picture_its_own_scores(int batch, int threads)
    {
        var pictures =
            Enumerable.Range(0, 11)
                .Select(i => Write(
                    $"{i}.png",
                    new Raster(8, 8, [.. Enumerable.Repeat((byte[])[(byte)(i * 20), 7, 9, 255], 64).SelectMany(pixel => pixel)]))).ToList();
        pictures[5] = folder.Write("broken.png", "no picture"u8);
        using var tagger = Open(
            OnnxFile.ChannelMeans([-1, 8, 8, 3], [1, 2], [-1, 3]), ThreeLabels, new TaggerOptions { BatchSize = batch, Threads = threads });
        var red = new SortedDictionary<int, float>();
        var failed = new List<int>();
        tagger.Score(pictures, (index, scores) => red.Add(index, scores[2]), (index, _) => failed.Add(index));
        Assert.Equal([5], failed);
        Assert.Equal(Enumerable.Range(0, 11).Where(i => i != 5).Select(i => (i, i * 20f)), red.Select(entry => (entry.Key, entry.Value)));
    }

    [Fact]
    public void A_batch_can_be_cancelled_and_what_the_caller_throws_reaches_the_caller()
    {
        var pictures = Enumerable.Repeat(Example.Pictures[0].Path, 40).ToList();
        using var tagger =
            Open(OnnxFile.ChannelMeans([-1, 8, 8, 3], [1, 2], [-1, 3]), ThreeLabels, new TaggerOptions { BatchSize = 4, Threads = 2 });
        using var cancellation = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(
            () => tagger.Score(pictures, (_, _) => cancellation.Cancel(), (_, _) => { }, cancellation.Token));
        var full = new LoraBuildException(DiagnosticCode.CannotWrite, "The disk is full.");
        Assert.Same(full, Assert.Throws<LoraBuildException>(() => tagger.Score(pictures, (_, _) => throw full, (_, _) => { })));
    }

    [Fact]
    public void A_model_of_one_picture_a_run_takes_no_batches()
    {
        using var tagger = Open(OnnxFile.ChannelMeans([1, 8, 8, 3], [1, 2], [-1, 3]), ThreeLabels, new TaggerOptions { BatchSize = 8 });
        var scored = 0;
        tagger.Score(
            [Example.Pictures[0].Path, Example.Pictures[1].Path], (_, scores) => scored += scores.Length, (_, error) => throw error);
        Assert.Equal(6, scored);
    }

    [Fact]
    public void A_missing_model_is_an_error() =>
        AssertFails(DiagnosticCode.TaggerMissing, () => Tagger.Open(folder["nowhere.onnx"], Example.Labels));

    [Fact]
    public void A_damaged_model_is_an_error()
    {
        AssertFails(DiagnosticCode.TaggerModelInvalid, () => Open("this is no model"u8.ToArray(), ThreeLabels));
        AssertFails(DiagnosticCode.TaggerModelInvalid, () => Open([], ThreeLabels));
        AssertFails(DiagnosticCode.TaggerModelInvalid, () => Open(File.ReadAllBytes(Example.Model)[..100_000], ThreeLabels));
    }

    public static TheoryData<byte[], string> ForeignModels => new()
    {
        { OnnxFile.Identity(1, -1, 10), "'x' Float [any, 10]" },
        { OnnxFile.Identity(7, -1, 8, 8, 3), "'x' Int64 [any, 8, 8, 3]" },
        { OnnxFile.Identity(1, -1, 8, 9, 3), "'x' Float [any, 8, 9, 3]" },
        { OnnxFile.Identity(1, -1, -1, -1, 3), "'x' Float [any, any, any, 3]" },
        { OnnxFile.Identity(1, -1, 8, 8, 3), "'y' Float [any, 8, 8, 3]" },
    };

    [Theory]
    [MemberData(nameof(ForeignModels))]
    public void A_model_that_is_no_tagger_is_an_error_that_says_what_it_is(byte[] model, string found) =>
        Assert.Contains(found, AssertFails(DiagnosticCode.TaggerModelInvalid, () => Open(model, ThreeLabels)).Message);

    [Fact]
    public void A_label_file_of_another_model_is_an_error()
    {
        var error = AssertFails(DiagnosticCode.TaggerLabelsInvalid, () => Open(File.ReadAllBytes(Example.Model), ThreeLabels));
        Assert.Contains("158", error.Message);
        Assert.Contains("3 labels", error.Message);
    }

    [Fact]
    public void A_number_of_outputs_that_shows_only_in_the_run_is_checked_there()
    {
        using var tagger = Open(OnnxFile.Flatten(-1, 8, 8, 3), ThreeLabels);
        Assert.Contains("192 scores", AssertFails(DiagnosticCode.TaggerLabelsInvalid, () => tagger.Score(new Raster(1, 1))).Message);
    }

    private string Write(string name, Raster picture)
    {
        Imaging.Png.PngEncoder.Encode(picture, folder[name]);
        return folder[name];
    }

    private Tagger Open(byte[] model, string labels, TaggerOptions? options = null) =>
        Tagger.Open(
            folder.Write("model.onnx", model), folder.Write("selected_tags.csv", System.Text.Encoding.UTF8.GetBytes(labels)), options);

    private static LoraBuildException AssertFails(string code, Func<object?> action)
    {
        var error = Assert.Throws<LoraBuildException>(() => action());
        Assert.Equal(code, error.Diagnostic.Code);
        return error;
    }

    private static float[][] ScoreExample(Tagger tagger)
    {
        var scores = new float[Example.Pictures.Length][];
        tagger.Score(
            [.. Example.Pictures.Select(picture => picture.Path)], (index, result) => scores[index] = result, (_, error) => throw error);
        return scores;
    }
}
