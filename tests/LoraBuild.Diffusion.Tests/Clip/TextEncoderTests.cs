using LoraBuild.Diffusion.Clip;

namespace LoraBuild.Diffusion.Tests.Clip;

public class TextEncoderTests
{
    [Theory]
    [InlineData(1, "te.hidden_clipskip_1")]
    [InlineData(1, "te.hidden_clipskip_None")]
    [InlineData(2, "te.hidden_clipskip_2")]
    public void Captions_of_225_tokens_are_joined_as_sd_scripts_does(int clipSkip, string golden)
    {
        using var scope = torch.NewDisposeScope();
        using var model = TestData.LoadTiny();

        TestData.AssertClose(TestData.Golden(golden), model.TextEncoder.Encode(Chunks("te.input_ids"), clipSkip), 1e-5);
    }

    [Fact]
    public void Captions_of_one_chunk_are_its_77_states()
    {
        using var scope = torch.NewDisposeScope();
        using var model = TestData.LoadTiny();

        var states = model.TextEncoder.Encode(Chunks("te77.input_ids"), clipSkip: 2);

        Assert.Equal([6, 77, 64], states.shape);
        // The stored numbers hold the first and last state only.
        TestData.AssertClose(
            TestData.Golden("te77.hidden_clipskip_2"), torch.cat([states.narrow(1, 0, 1), states.narrow(1, 76, 1)], 1), 1e-5);
    }

    [Fact]
    public void Chunks_go_through_the_encoder_as_transformers_has_it()
    {
        using var scope = torch.NewDisposeScope();
        using var model = TestData.LoadTiny();

        var states = model.TextEncoder.Forward(TestData.Golden("te.input_ids", ScalarType.Int64).view(-1, 77));

        TestData.AssertClose(TestData.Golden("te.raw_last_hidden_18x77"), states, 1e-5);
    }

    [Fact]
    public void Weights_scale_the_states_of_their_ids()
    {
        using var scope = torch.NewDisposeScope();
        using var model = TestData.LoadTiny();
        var ids = model.Tokenizer.EncodeWeighted("aoi, (smile:0.5)", 150, out var weights);

        var (plain, weighted) = (model.TextEncoder.Encode([ids]), model.TextEncoder.Encode([ids], weights: [weights]));

        var factors = Enumerable.Repeat(1f, 152).ToArray();
        factors[Array.IndexOf(weights[0], 0.5f)] = 0.5f;
        TestData.AssertClose(plain * torch.tensor(factors).view(1, 152, 1).to(TestData.Device), weighted, 1e-6);
    }

    [Fact]
    public void Clip_skip_beyond_the_layers_is_refused()
    {
        using var scope = torch.NewDisposeScope();
        using var model = TestData.LoadTiny();

        Assert.Throws<ArgumentOutOfRangeException>(() => model.TextEncoder.Encode(Chunks("te77.input_ids"), clipSkip: 13));
    }

    private static long[][][] Chunks(string golden)
    {
        using var ids = TestData.Golden(golden, ScalarType.Int64);
        var captions = ids.shape[0];
        return [.. ids.data<long>().ToArray().Chunk(ClipTokenizer.ChunkLength).Chunk((int)(ids.shape[1])).Take((int)captions)];
    }
}
