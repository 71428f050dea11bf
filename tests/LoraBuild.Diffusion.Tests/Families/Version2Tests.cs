using LoraBuild.Base.Diagnostics;
using LoraBuild.Diffusion.Families;
using LoraBuild.Diffusion.Families.StableDiffusion;
using LoraBuild.Diffusion.Layers;
using LoraBuild.Diffusion.Schedule;
using LoraBuild.Diffusion.UNet;

namespace LoraBuild.Diffusion.Tests.Families;

/// <summary>
/// Stable Diffusion 2.x: OpenCLIP's text encoder against its formulas written out, the UNet against the one with convolutions.
/// </summary>
public sealed class Version2Tests(Version2Model fixture) : IClassFixture<Version2Model>
{
    [Fact]
    public void The_text_encoder_is_OpenCLIPs_without_its_last_layer()
    {
        using var scope = torch.NewDisposeScope();
        using var frozen = torch.no_grad();
        using var model = Load();
        Assert.Equal(
            (true, Version2Model.UsedLayers, Version2Model.Size), (model.IsVersion2, model.TextEncoder.Depth, model.TextEncoder.Size));
        var ids = torch.tensor([.. Enumerable.Range(0, 2 * (int)Version2Model.Tokens).Select(i => (long)(i
            * 37 % Version2Model.Vocabulary))], [2L, Version2Model.Tokens]);

        TestData.AssertClose(fixture.Written(ids, Version2Model.UsedLayers), model.TextEncoder.Forward(ids.to(TestData.Device)), 1e-4);
        TestData.AssertClose(
            fixture.Written(ids, Version2Model.UsedLayers - 1), model.TextEncoder.Forward(ids.to(TestData.Device), clipSkip: 2), 1e-4);
    }

    [Fact]
    public void Linear_projections_compute_what_convolutions_did()
    {
        using var scope = torch.NewDisposeScope();
        using var frozen = torch.no_grad();
        using var model = Load();

        Assert.All(
            model.UNet.Layers.Where(layer => layer.Name.EndsWith("_proj_in", StringComparison.Ordinal)
                || layer.Name.EndsWith("_attentions_0_proj_out", StringComparison.Ordinal)),
            layer => Assert.IsType<Linear>(layer));
        TestData.AssertClose(
            TestData.Golden("unet_c.out"),
            model.UNet.Forward(
                TestData.Golden("unet_c.latent"), TestData.Golden("unet_c.timesteps", ScalarType.Int64), TestData.Golden("unet_c.context")),
            1e-5);
    }

    [Fact]
    public void Captions_are_filled_up_with_the_exclamation_mark()
    {
        using var model = Load();

        Assert.Equal(0, model.Tokenizer.Encode("cup")[0][^1]);
    }

    [Theory]
    [InlineData(null, PredictionType.Epsilon)]
    [InlineData(false, PredictionType.Epsilon)]
    [InlineData(true, PredictionType.Velocity)]
    public void What_is_predicted_is_the_authors_word_where_the_file_is_silent(bool? said, PredictionType expected)
    {
        using var model = Load(new() { V2 = true, VParameterization = said });

        Assert.Equal(expected, model.Noise.Prediction);
    }

    [Fact]
    public void Saying_that_it_is_of_version_1_is_an_error()
    {
        var diagnostic = Assert.Throws<LoraBuildException>(() => Load(new() { V2 = false })).Diagnostic;

        Assert.Equal(DiagnosticCode.ModelContradiction, diagnostic.Code);
        Assert.Contains("of Stable Diffusion 2.x", diagnostic.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(320, 0, 5)]
    [InlineData(640, 1, 10)]
    [InlineData(1280, 3, 20)]
    public void Heads_are_of_64_channels_unless_the_files_say_otherwise(long channels, int level, long heads)
    {
        Assert.Equal((heads, 8L), (AttentionHeads.Version2.On(level, channels), AttentionHeads.Version1.On(level, channels)));
        Assert.Equal(3, new AttentionHeads(PerLevel: [1, 2, 3, 3]).On(2, channels));
    }

    private StableDiffusionModel Load(ModelOptions? options = null) => (StableDiffusionModel)ModelFamilies.Load(
        fixture.Path, ScalarType.Float32, TestData.Device,
        (options ?? new()) with { Tokenizer = TestData.PathOf("tiny-sd15", "tokenizer", "merges.txt") });
}
