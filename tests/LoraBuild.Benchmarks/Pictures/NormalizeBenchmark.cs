using System.Diagnostics;
using System.Globalization;
using LoraBuild.Benchmarks.Measuring;
using LoraBuild.Imaging;

namespace LoraBuild.Benchmarks.Pictures;

/// <summary>
/// Normalizing photographs against the imaging library's own loop over the same files on the same threads, in turns: decode, resize to the
/// same size, encode as PNG with the library's own defaults. Normalize also looks for edits and transparency and takes the perceptual
/// hash. The peak memory is that of 50 and of 500 photographs, by itself: two measurements of some minutes each.
/// </summary>
internal sealed class NormalizeBenchmark : IBenchmark
{
    private const int UsualCount = 200;
    private const int UsualRounds = 3;
    private const int Width = 2000;
    private const int Height = 3000;

    /// <inheritdoc/>
    public string Name => "normalize";

    /// <inheritdoc/>
    public string Summary =>
        "normalizing photographs of 2,000 x 3,000 against the imaging library's own loop: [photographs, 200] [rounds, 3]; or their peak "
        + "memory: memory";

    /// <inheritdoc/>
    public void Run(IReadOnlyList<string> arguments)
    {
        var folder = Directory.CreateTempSubdirectory("lorabuild-normalize-");
        try
        {
            var target = Path.Combine(folder.FullName, "out");
            Directory.CreateDirectory(target);
            var photographs = Path.Combine(folder.FullName, "pictures");
            if (arguments is ["memory", ..])
                MeasureMemory(Photographs.WriteJpegs(photographs, 500, Width, Height), target);
            else
                Compare(Photographs.WriteJpegs(photographs, Number(0, UsualCount), Width, Height), Number(1, UsualRounds), target);
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        int Number(int index, int usual) => arguments.Count > index ? int.Parse(arguments[index], CultureInfo.InvariantCulture) : usual;
    }

    private static void MeasureMemory(IReadOnlyList<string> pictures, string target)
    {
        foreach (var count in (int[])[50, 500])
        {
            ProcessMemory.Settle();
            ForEach(pictures.Take(count), (source, i) => Normalize(source, target, i));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"peak memory of {count} photographs on {Environment.ProcessorCount} threads: {ProcessMemory.Peak() / 1e6:0} MB"));
        }
    }

    private static void Compare(IReadOnlyList<string> pictures, int rounds, string target)
    {
        List<double> library = [], ours = [];
        LibraryLoop.DecodeResizeEncode(pictures[0], TargetOf(target, 0));
        var theirBytes = new FileInfo(TargetOf(target, 0)).Length;
        Normalize(pictures[0], target, 0);
        var ourBytes = new FileInfo(TargetOf(target, 0)).Length;
        for (var round = 0; round < rounds; round++)
        {
            ours.Add(ForEach(pictures, (source, i) => Normalize(source, target, i)));
            library.Add(ForEach(pictures, (source, i) => LibraryLoop.DecodeResizeEncode(source, TargetOf(target, i))));
        }

        var (mine, theirs) = (Contest.Median(ours), Contest.Median(library));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{pictures.Count} photographs of {Width} x {Height} on {Environment.ProcessorCount} threads: {PictureDecoder.EngineVersion} "
            + $"alone {theirs:0.0} s, Normalize {mine:0.0} s, ratio {mine / theirs:0.00}; a PNG of {theirBytes / 1e6:0.0} MB and of "
            + $"{ourBytes / 1e6:0.0} MB"));
    }

    private static void Normalize(string source, string target, int index) =>
        PictureNormalizer.Normalize(source, [], TargetOf(target, index));

    // Few names: what is measured is the work, not the disk filling up.
    private static string TargetOf(string target, int index) => Path.Combine(target, $"{index % 16}.png");

    private static double ForEach(IEnumerable<string> pictures, Action<string, int> action)
    {
        var watch = Stopwatch.StartNew();
        Parallel.ForEach(
            pictures, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount },
            (source, _, index) => action(source, (int)index));
        return watch.Elapsed.TotalSeconds;
    }
}
