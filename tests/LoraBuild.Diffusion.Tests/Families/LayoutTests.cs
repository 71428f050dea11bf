using System.Text.Json;
using LoraBuild.Diffusion.Clip;
using LoraBuild.Diffusion.Families;
using LoraBuild.Diffusion.Families.StableDiffusion;
using LoraBuild.Diffusion.Safetensors;

namespace LoraBuild.Diffusion.Tests.Families;

/// <summary>
/// The same weights in every form that models come in give the numbers that diffusers, transformers and sd-scripts computed.
/// </summary>
public class LayoutTests
{
    [Fact]
    public void A_file_without_the_text_model_level_gives_the_reference_numbers()
    {
        using var scope = torch.NewDisposeScope();
        using var tiny = new TinyModel();

        AssertReference(tiny.WriteFile(name => name.Replace(".text_model.", ".", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_checkpoint_of_torch_gives_the_reference_numbers()
    {
        using var scope = torch.NewDisposeScope();
        using var tiny = new TinyModel();

        AssertReference(tiny.WriteTorchFile());
    }

    [Theory]
    [InlineData("", false)]
    [InlineData(".fp16", false)]
    [InlineData("", true)]
    [InlineData(".fp16", true)]
    public void A_diffusers_folder_gives_the_reference_numbers(string variant, bool sharded)
    {
        using var scope = torch.NewDisposeScope();
        using var tiny = new TinyModel();

        AssertReference(tiny.WriteDiffusers(variant, sharded));
    }

    [Theory]
    [InlineData("CompVis")]
    [InlineData("CompVis with prefix")]
    [InlineData("diffusers")]
    [InlineData("diffusers folder")]
    [InlineData("folder of a model")]
    public void A_separate_VAE_gives_the_reference_numbers(string form)
    {
        using var scope = torch.NewDisposeScope();
        using var tiny = new TinyModel();
        using var other = new TinyModel();
        // The model's own is useless.
        var model = tiny.WriteFile(name => name, name => name != TinyModel.VaePrefix + "quant_conv.weight");
        var vae = tiny.PathOf("vae.safetensors");
        switch (form)
        {
            case "CompVis":
                SafetensorsWriter.Write(vae, tiny.Part(TinyModel.VaePrefix, name => name));
                break;
            case "CompVis with prefix":
                SafetensorsWriter.Write(vae, tiny.Part("", name => name));
                break;
            case "diffusers":
                SafetensorsWriter.Write(vae, tiny.Part(TinyModel.VaePrefix, DiffusersNames.OfVae));
                break;
            case "diffusers folder":
                vae = Path.Combine(other.WriteDiffusers(), "vae");
                break;
            case "folder of a model":
                vae = other.WriteDiffusers();
                break;
        }

        AssertReference(model, new() { Vae = vae });
    }

    [Fact]
    public void The_names_of_diffusers_layers_are_those_that_LyCORIS_derives_its_own_from()
    {
        using var tiny = new TinyModel();
        var modules = JsonDocument.Parse(File.ReadAllText(TestData.PathOf("lycoris-modules.json"))).RootElement.GetProperty("tiny")
            .EnumerateArray().Select(module => module[0].GetString()!)
            .Where(name => name.StartsWith("lora_unet_", StringComparison.Ordinal));

        var converted = tiny.Names.Where(
            name => name.StartsWith(TinyModel.UNetPrefix, StringComparison.Ordinal) && name.EndsWith(".weight", StringComparison.Ordinal))
            .Select(name => DiffusersNames.OfUNet(name[TinyModel.UNetPrefix.Length..])[..^".weight".Length])
            .Where(name => !name.Contains("norm", StringComparison.Ordinal));

        Assert.Equal(modules.Order(StringComparer.Ordinal), converted.Select(name => "lora_unet_"
            + name.Replace('.', '_')).Order(StringComparer.Ordinal));
    }

    private static void AssertReference(string path, ModelOptions? options = null)
    {
        using var frozen = torch.no_grad();
        using var model = (StableDiffusionModel)ModelFamilies.Load(path, ScalarType.Float32, TestData.Device, options);
        Assert.False(model.IsVersion2);

        using var ids = TestData.Golden("te.input_ids", ScalarType.Int64);
        var chunks = ids.data<long>().ToArray().Chunk(ClipTokenizer.ChunkLength).Chunk((int)ids.shape[1]).ToArray();
        TestData.AssertClose(TestData.Golden("te.hidden_clipskip_2"), model.TextEncoder.Encode(chunks, clipSkip: 2), 1e-5);
        TestData.AssertClose(
            TestData.Golden("unet_a.out"),
            model.UNet.Forward(
                TestData.Golden("unet_a.latent"), TestData.Golden("unet_a.timesteps", ScalarType.Int64), TestData.Golden("unet_a.context")),
            1e-5);
        TestData.AssertClose(TestData.Golden("vae.encode_mean"), model.Vae.Encode(TestData.Golden("vae.image_norm")).Mean, 1e-5);
        TestData.AssertClose(
            TestData.Golden("vae.decode_out"), model.Vae.Decode(TestData.Golden("vae.decode_latent_in") * model.Vae.ScaleFactor), 1e-5);
    }
}
