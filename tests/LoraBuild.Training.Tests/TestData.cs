using LoraBuild.Diffusion;
using LoraBuild.Diffusion.Families.StableDiffusion;
using LoraBuild.Diffusion.Safetensors;

namespace LoraBuild.Training.Tests;

/// <summary>
/// The files under Data: a tiny random SD1.x checkpoint, and what sd-scripts, LyCORIS and bitsandbytes computed with it on a CPU in 32
/// bits.
/// </summary>
internal static class TestData
{
    private static readonly Lazy<StableDiffusionModel> LoadedMiniature =
        new(() => (StableDiffusionModel)ModelFamilies.Load(PathOf("mini-sd"), ScalarType.Float32));

    public static string PathOf(params string[] parts) => Path.Combine([AppContext.BaseDirectory, "Data", .. parts]);

    public static string TinyModel { get; } = PathOf("tiny-sd15", "tiny-sd15.safetensors");

    /// <summary>
    /// Where what is compared with golden numbers is computed: LORABUILD_TEST_DEVICE, <c>cpu</c> if not set, or <c>cuda</c>.
    /// </summary>
    public static Device Device { get; } = torch.device(Environment.GetEnvironmentVariable("LORABUILD_TEST_DEVICE") ?? "cpu");

    public static StableDiffusionModel LoadTiny(ScalarType dtype = ScalarType.Float32) =>
        (StableDiffusionModel)ModelFamilies.Load(TinyModel, dtype, Device);

    /// <summary>The example's miniature, loaded once.</summary>
    public static StableDiffusionModel Miniature => LoadedMiniature.Value;

    public static SafetensorsFile Open(string name) => SafetensorsFile.Open(PathOf(name));

    /// <summary>A tensor of a file on <see cref="Device"/>.</summary>
    public static Tensor Read(this SafetensorsFile file, string name, ScalarType? dtype = null) => file.Load(name, dtype, Device);

    /// <summary>The greatest difference as a share of the greatest expected value.</summary>
    public static double RelativeError(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.shape, actual.shape);
        return ((expected - actual).abs().max() / expected.abs().max()).item<float>();
    }

    /// <summary>The length of a difference as a share of the expected length.</summary>
    public static double RelativeDistance(Tensor expected, Tensor actual) => ((expected - actual).norm() / expected.norm()).item<float>();

    /// <summary>Captions from [captions, chunks, 77] token ids.</summary>
    public static IReadOnlyList<ClipText> Texts(Tensor ids) => [.. Tokens(ids).Select(chunks => new ClipText(chunks))];

    /// <summary>[captions, chunks, 77] token ids as lists.</summary>
    public static long[][][] Tokens(Tensor ids)
    {
        var flat = ids.to_type(ScalarType.Int64).contiguous().data<long>().ToArray();
        var chunks = flat.Chunk(77).ToArray();
        return [.. chunks.Chunk((int)ids.shape[1])];
    }
}
