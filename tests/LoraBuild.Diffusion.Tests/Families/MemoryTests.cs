using System.Globalization;
using System.Text;
using LoraBuild.Diffusion.Loading;
using LoraBuild.Diffusion.Tests.Pickles;

namespace LoraBuild.Diffusion.Tests.Families;

/// <summary>Measures the process, so nothing else may run meanwhile.</summary>
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
[Collection(nameof(MemoryTests))]
public class MemoryTests
{
    private const long Elements = 64 << 20, Megabyte = 1 << 20;

    // The buffer that converts holds 2^20 elements; the rest is what a runtime breathes.
    private const long Slack = 24 * Megabyte;

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float16)]
    public void Loading_takes_the_weights_in_the_wanted_type_and_a_small_bound(ScalarType dtype)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("large.safetensors");
        WriteZeros(path);
        using var file = TensorFiles.Open(path);

        var (before, peak) = Peak(() => file.Load("x", dtype).Dispose());

        var weights = Elements * (dtype == ScalarType.Float32 ? 4 : 2);
        Assert.True(peak - before <= weights + Slack, $"{(peak - before) / Megabyte} MB for weights of {weights / Megabyte} MB");
        Assert.True(peak - before >= weights / 2, "The measurement missed the weights.");
    }

    [Fact]
    public void A_checkpoint_of_torch_takes_no_more()
    {
        using var folder = new TemporaryFolder();
        using (var scope = torch.NewDisposeScope())
        {
            var pickle = new PickleWriter();
            pickle.StateDictionary(new Dictionary<string, Tensor> { ["x"] = torch.zeros(Elements / 4) });
            pickle.Save(folder.File("large.ckpt"));
        }
        GC.Collect();
        using var file = TensorFiles.Open(folder.File("large.ckpt"));

        var (before, peak) = Peak(() => file.Load("x", ScalarType.Float16).Dispose());

        var weights = Elements / 4 * 2;
        Assert.True(peak - before <= weights + Slack, $"{(peak - before) / Megabyte} MB for weights of {weights / Megabyte} MB");
    }

    // A hole in the file system: 256 MB that take no room.
    private static void WriteZeros(string path)
    {
        var header = $$$"""{"x":{"dtype":"F32","shape":[{{{Elements}}}],"data_offsets":[0,{{{Elements * 4}}}]}}""";
        using var stream = File.Create(path);
        stream.Write(BitConverter.GetBytes((long)header.Length));
        stream.Write(Encoding.ASCII.GetBytes(header));
        stream.SetLength(sizeof(long) + header.Length + (Elements * 4));
    }

    private static (long Before, long Peak) Peak(Action action)
    {
        var before = AnonymousMemory();
        var (peak, done) = (before, false);
        var sampler = Task.Factory.StartNew(
            () =>
            {
                while (!Volatile.Read(ref done))
                {
                    peak = Math.Max(peak, AnonymousMemory());
                    Thread.Sleep(1);
                }
            },
            default,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        try
        {
            action();
        }
        finally
        {
            Volatile.Write(ref done, true);
            sampler.GetAwaiter().GetResult();
        }

        return (before, peak);
    }

    // What is resident and no file's page: those of the mapped checkpoint can be dropped at any time.
    private static long AnonymousMemory()
    {
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith("RssAnon:", StringComparison.Ordinal));
        return long.Parse(line.AsSpan("RssAnon:".Length, line.Length - "RssAnon:".Length - "kB".Length), CultureInfo.InvariantCulture)
            * 1024;
    }
}
