using System.Text.Json;
using LoraBuild.Base.Geometry;
using LoraBuild.Diffusion;
using LoraBuild.Diffusion.Families;
using LoraBuild.Diffusion.Families.StableDiffusionXL;
using LoraBuild.Diffusion.Safetensors;

namespace LoraBuild.Training.Tests.StableDiffusionXL;

/// <summary>
/// The files under Data/sdxl: what sd-scripts and LyCORIS computed with a tiny random SDXL on a CPU in 32 bits. sd-scripts reads the
/// projection of a single file the other way round, so it is turned round to compare with these numbers.
/// </summary>
internal static class XLData
{
    public static StableDiffusionXLModel Load(bool? vParameterization = null) => (StableDiffusionXLModel)ModelFamilies.Load(
        TestData.PathOf("tiny-sdxl", "tiny-sdxl.safetensors"),
        ScalarType.Float32,
        TestData.Device,
        new()
        {
            Tokenizer = TestData.PathOf("tiny-sd15", "tokenizer"),
            VParameterization = vParameterization,
            Substitute = (name, tensor) => name.EndsWith("text_projection", StringComparison.Ordinal) ? tensor.t().contiguous() : tensor,
        });

    public static SafetensorsFile Open(string name) => TestData.Open(PathOf(name));

    public static string PathOf(string name) => Path.Combine("sdxl", name);

    public static JsonElement Numbers(string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(TestData.PathOf(PathOf(name))));
        return document.RootElement.Clone();
    }

    /// <summary>Texts of recorded ids: [captions, chunks, 77] for each encoder, and the sizes of each picture.</summary>
    public static List<TokenizedText> Texts(Tensor first, Tensor second, IReadOnlyList<SizeConditioning> sizes) =>
        [.. TestData.Tokens(first).Zip(TestData.Tokens(second), sizes)
            .Select(text => new SizedText(text.First, text.Second, text.Third, null))];

    /// <summary>The sizes of a recorded step.</summary>
    public static IEnumerable<SizeConditioning> Sizes(JsonElement step)
    {
        var (original, crop, target) =
            (step.GetProperty("original_sizes_hw"), step.GetProperty("crop_top_lefts"), step.GetProperty("target_sizes_hw"));
        for (var i = 0; i < original.GetArrayLength(); i++)
            yield return new(Size(original[i]), crop[i][0].GetInt32(), crop[i][1].GetInt32(), Size(target[i]));

        static PixelSize Size(JsonElement pair) => new(pair[1].GetInt32(), pair[0].GetInt32());
    }
}
