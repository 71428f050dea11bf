using LoraBuild.Base.Diagnostics;
using LoraBuild.Protocol.Models;

namespace LoraBuild.Protocol.Tests.Models;

public sealed class BaseModelFilesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void A_checkpoint_is_all_parts()
    {
        var model = Touch("a.safetensors");

        foreach (var path in new[] { model, folder.Path })
        {
            var files = BaseModelFiles.Of(path);
            Assert.Equal([model], files.Weights);
            Assert.Equal([In("config.json")], files.Optional);
        }
    }

    [Fact]
    public void A_VAE_of_its_own_stands_in_for_the_models()
    {
        var model = Touch("a.safetensors");
        var vae = Touch("vae/b.safetensors");
        var folderVae = Touch("other/vae/diffusion_pytorch_model.safetensors");

        Assert.Equal([model, vae], BaseModelFiles.Of(model, vae).Weights);
        Assert.Equal([folderVae], BaseModelFiles.Of(model, In("other")).Vae);
        Assert.Equal([folderVae], BaseModelFiles.Of(model, In("other/vae")).Vae);
        Assert.Equal(DiagnosticCode.BaseModelMissing, Failure(() => BaseModelFiles.Of(model, In("none"))).Code);
    }

    [Theory]
    [InlineData("diffusion_pytorch_model.fp16.safetensors", "diffusion_pytorch_model.safetensors")]
    [InlineData("diffusion_pytorch_model.bin", "diffusion_pytorch_model.fp16.safetensors")]
    [InlineData("diffusion_pytorch_model.non_ema.safetensors", "diffusion_pytorch_model.bin")]
    public void Full_precision_and_safetensors_come_first(string lesser, string better)
    {
        Touch("text_encoder/model.safetensors");
        Touch("vae/diffusion_pytorch_model.safetensors");

        Assert.Equal([Touch("unet/" + lesser)], BaseModelFiles.Of(folder.Path).Denoiser);
        Assert.Contains(In("unet/" + better), BaseModelFiles.Of(folder.Path).Optional);
        Assert.Equal([Touch("unet/" + better)], BaseModelFiles.Of(folder.Path).Denoiser);
    }

    [Fact]
    public void Shards_are_those_that_the_index_names()
    {
        Touch("text_encoder/model.safetensors");
        Touch("vae/diffusion_pytorch_model.safetensors");
        var index = Touch("unet/diffusion_pytorch_model.safetensors.index.json");

        File.WriteAllText(index, """{"weight_map":{"a":"2.safetensors","b":"1.safetensors","c":"2.safetensors"}}""");
        Assert.Equal([In("unet/1.safetensors"), In("unet/2.safetensors")], BaseModelFiles.Of(folder.Path).Denoiser);

        foreach (var damaged in (string[])[
            """{"weight_map":{"a":"../1.safetensors"}}""", """{"weight_map":{"a":"..\\1.safetensors"}}""",
            """{"weight_map":{"a":"~1.safetensors"}}""", """{"weight_map":{}}""", """{"weight_map":[]}""", "{", "[]",
        ])
        {
            File.WriteAllText(index, damaged);
            var failure = Failure(() => BaseModelFiles.Of(folder.Path));
            Assert.Equal((DiagnosticCode.SafetensorsDamaged, index), (failure.Code, failure.File));
        }
    }

    [Fact]
    public void A_part_without_weights_is_named()
    {
        Touch("unet/config.json");

        var failure = Failure(() => BaseModelFiles.Of(folder.Path));

        Assert.Equal(DiagnosticCode.BaseModelMissing, failure.Code);
        Assert.Contains("'text_encoder'", failure.Message, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();

    private static Diagnostic Failure(Action action) => Assert.Throws<LoraBuildException>(action).Diagnostic;

    private string In(string name) => Path.Combine([folder.Path, .. name.Split('/')]);

    private string Touch(string name)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(In(name))!);
        File.WriteAllText(In(name), "");
        return In(name);
    }
}
