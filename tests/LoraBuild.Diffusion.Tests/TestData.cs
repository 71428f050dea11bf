using LoraBuild.Diffusion.Families.StableDiffusion;
using LoraBuild.Diffusion.Safetensors;

namespace LoraBuild.Diffusion.Tests;

/// <summary>
/// The files under Data: a tiny random SD1.x checkpoint, numbers that diffusers, transformers and sd-scripts computed from it in float32
/// (<c>golden-forward.safetensors</c>), and the example's miniature.
/// </summary>
internal static class TestData
{
    public static string PathOf(params string[] parts) => Path.Combine([AppContext.BaseDirectory, "Data", .. parts]);

    public static string TinyCheckpoint => PathOf("tiny-sd15", "tiny-sd15.safetensors");

    /// <summary>
    /// Where what is compared with golden numbers is computed: LORABUILD_TEST_DEVICE, <c>cpu</c> if not set, or <c>cuda</c>.
    /// </summary>
    public static Device Device { get; } = torch.device(Environment.GetEnvironmentVariable("LORABUILD_TEST_DEVICE") ?? "cpu");

    public static StableDiffusionModel LoadTiny(ScalarType dtype = ScalarType.Float32) =>
        (StableDiffusionModel)ModelFamilies.Load(TinyCheckpoint, dtype, Device);

    public static Tensor Golden(string name, ScalarType? dtype = null)
    {
        using var file = SafetensorsFile.Open(PathOf("golden-forward.safetensors"));
        return file.Load(name, dtype, Device);
    }

    /// <summary>Asserts that the greatest difference is at most this share of the greatest expected value.</summary>
    public static void AssertClose(Tensor expected, Tensor actual, double tolerance)
    {
        Assert.Equal(expected.shape, actual.shape);
        (expected, actual) = (expected.cpu(), actual.cpu());
        var difference = (expected - actual).abs().max().item<float>() / expected.abs().max().item<float>();
        Assert.True(difference <= tolerance, $"relative difference {difference:g3}, allowed {tolerance:g3}");
    }

    public static float[] Floats(Tensor tensor)
    {
        using var plain = tensor.detach().cpu().to(ScalarType.Float32).contiguous();
        return plain.data<float>().ToArray();
    }
}
