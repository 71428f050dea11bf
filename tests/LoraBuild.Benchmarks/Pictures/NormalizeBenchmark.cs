using System.Diagnostics;
using System.Globalization;
using LoraBuild.Imaging;

namespace LoraBuild.Benchmarks.Pictures;

/// <summary>
/// Normalizing photographs against the imaging library's own loop over the same files on the same threads, in turns: decode, resize to the
/// same size, encode as PNG with the library's own defaults. Normalize also looks for edits and transparency and takes the perceptual
/// hash. Then the peak memory at 50 and at 500 photographs.
/// </summary>
internal sealed class NormalizeBenchmark : IBenchmark
{
    private const int Rounds = 3;
    private const int Width = 2000;
    private const int Height = 3000;

    /// <inheritdoc/>
    public string Name => "normalize";

    /// <inheritdoc/>
    public string Summary => "normalizing photographs of 2,000 x 3,000 against the imaging library's own loop, and peak memory: [photographs, 200]";

    /// <inheritdoc/>
    public void Run(IReadOnlyList<string> arguments)
    {
        var count = arguments.Count > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 200;
        var folder = Directory.CreateTempSubdirectory("lorabuild-normalize-");
        try
        {
            var target = Path.Combine(folder.FullName, "out");
            Directory.CreateDirectory(target);
            var pictures = Photographs.WriteJpegs(Path.Combine(folder.FullName, "pictures"), Math.Max(count, 5 * count / 2), Width, Height);
            Compare([.. pictures.Take(count)], target);
            foreach (var some in (int[])[Math.Min(50, count), Math.Min(500, 5 * count / 2)])
            {
                ForEach(pictures.Take(some), (source, i) => Normalize(source, target, i));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"peak memory after {some} photographs: {PeakMemory.Megabytes:0} MB"));
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Compare(IReadOnlyList<string> pictures, string target)
    {
        double[] library = new double[Rounds], ours = new double[Rounds];
        LibraryLoop.DecodeResizeEncode(pictures[0], TargetOf(target, 0));
        var theirBytes = new FileInfo(TargetOf(target, 0)).Length;
        Normalize(pictures[0], target, 0);
        var ourBytes = new FileInfo(TargetOf(target, 0)).Length;
        for (var round = 0; round < Rounds; round++)
        {
            ours[round] = ForEach(pictures, (source, i) => Normalize(source, target, i));
            library[round] = ForEach(pictures, (source, i) => LibraryLoop.DecodeResizeEncode(source, TargetOf(target, i)));
        }

        var (mine, theirs) = (ours.Order().ElementAt(Rounds / 2), library.Order().ElementAt(Rounds / 2));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{pictures.Count} photographs of {Width} x {Height} on {Environment.ProcessorCount} threads: {PictureDecoder.EngineVersion} alone {theirs:0.0} s, Normalize {mine:0.0} s, ratio {mine / theirs:0.00}; a PNG of {theirBytes / 1e6:0.0} MB and of {ourBytes / 1e6:0.0} MB"));
    }

    private static void Normalize(string source, string target, int index) => PictureNormalizer.Normalize(source, [], TargetOf(target, index));

    // Few names: what is measured is the work, not the disk filling up.
    private static string TargetOf(string target, int index) => Path.Combine(target, $"{index % 16}.png");

    private static double ForEach(IEnumerable<string> pictures, Action<string, int> action)
    {
        var watch = Stopwatch.StartNew();
        Parallel.ForEach(pictures, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, (source, _, index) => action(source, (int)index));
        return watch.Elapsed.TotalSeconds;
    }
}
