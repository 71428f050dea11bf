using System.Diagnostics;
using System.Globalization;
using LoraBuild.Benchmarks.Measuring;
using LoraBuild.Builds;
using LoraBuild.Imaging;
using LoraBuild.Tagging;

namespace LoraBuild.Benchmarks.Pictures;

/// <summary>
/// Tagging from files against a loop that only runs the session on ready tensors, on the same threads, in turns: once with a model of a
/// real tagger's cost and once with the example's, which is so small that reading a picture costs more than the model. Before them, while
/// no large model was made, the peak memory at 50 and at 500 pictures.
/// </summary>
internal sealed class TagBenchmark : IBenchmark
{
    private const int Rounds = 3;
    private const int Samples = 10;
    private const int Width = 1024;
    private const int Height = 1536;

    /// <inheritdoc/>
    public string Name => "tag";

    /// <inheritdoc/>
    public string Summary =>
        "tagging from files against the session alone, and peak memory: [layers of the large model, 12] [pictures, 24]";

    /// <inheritdoc/>
    public void Run(IReadOnlyList<string> arguments)
    {
        var layers = arguments.Count > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 12;
        var count = arguments.Count > 1 ? int.Parse(arguments[1], CultureInfo.InvariantCulture) : 24;
        var folder = Directory.CreateTempSubdirectory("lorabuild-tag-");
        try
        {
            var pictures = Photographs.WritePngs(Path.Combine(folder.FullName, "pictures"), 500, Width, Height);
            var example = Repository.Example;
            MeasureMemory(Path.Combine(example, "models", "tagger"), pictures);
            PatchModel.Write(Path.Combine(folder.FullName, "model"), layers);
            Compare($"{layers} layers of a ViT-B, {Width} x {Height}", Path.Combine(folder.FullName, "model"), [.. pictures.Take(count)]);
            var small = Directory.GetFiles(Path.Combine(example, "images"), "*.png", SearchOption.AllDirectories);
            Compare(
                "the example's tagger, its own pictures", Path.Combine(example, "models", "tagger"),
                [.. Enumerable.Repeat(small, 20).SelectMany(all => all)]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Compare(string what, string model, IReadOnlyList<string> pictures)
    {
        using var tagger = Open(model);
        var ready = pictures.Take(4).Select(picture =>
        {
            var input = new float[tagger.Input.Length];
            tagger.Input.Write(PictureDecoder.Decode(picture).Raster, input);
            return input;
        }).ToArray();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount };
        double[] session = new double[Rounds], whole = new double[Rounds];
        tagger.Score(ready[0]);
        for (var round = 0; round < Rounds; round++)
        {
            session[round] = Seconds(() => Parallel.For(0, pictures.Count, parallel, i => tagger.Score(ready[i % ready.Length])));
            whole[round] = Seconds(() => tagger.Score(pictures, (_, _) => { }, (_, error) => throw error));
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{what}: session alone {pictures.Count / Median(session):0.00} pictures/s, from files {pictures.Count / Median(whole):0.00} "
            + $"pictures/s, ratio {Median(session) / Median(whole):0.000} ({Environment.ProcessorCount} threads, {pictures.Count} "
            + $"pictures)"));
        TellWhereTimeGoes(tagger, pictures[0], ready[0]);
    }

    private static void TellWhereTimeGoes(Tagger tagger, string picture, float[] ready)
    {
        var raster = PictureDecoder.Decode(picture).Raster;
        var input = new float[tagger.Input.Length];
        double[] decode = new double[Samples], resize = new double[Samples], run = new double[Samples];
        for (var i = 0; i < Samples; i++)
        {
            decode[i] = Seconds(() => PictureDecoder.Decode(picture));
            resize[i] = Seconds(() => tagger.Input.Write(raster, input));
            run[i] = Seconds(() => tagger.Score(ready));
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  one picture of {raster.Width} x {raster.Height} on one thread: decode {decode.Min() * 1000:0.0} ms, pad and resize "
            + $"{resize.Min() * 1000:0.0} ms, session {run.Min() * 1000:0.0} ms"));
    }

    private static void MeasureMemory(string model, IReadOnlyList<string> pictures)
    {
        using var tagger = Open(model);
        foreach (var count in (int[])[50, 500])
        {
            ProcessMemory.Settle();
            tagger.Score([.. pictures.Take(count)], (_, _) => { }, (_, error) => throw error);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"peak memory of {count} pictures of {Width} x {Height} on {Environment.ProcessorCount} threads: "
                + $"{ProcessMemory.Peak() / 1e6:0} MB"));
        }
    }

    private static Tagger Open(string folder) => Tagger.Open(Path.Combine(folder, "model.onnx"), Path.Combine(folder, "selected_tags.csv"));

    private static double Seconds(Action action)
    {
        var watch = Stopwatch.StartNew();
        action();
        return watch.Elapsed.TotalSeconds;
    }

    private static double Median(double[] values) => values.Order().ElementAt(values.Length / 2);
}
