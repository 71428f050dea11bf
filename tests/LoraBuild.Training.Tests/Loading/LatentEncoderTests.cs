using LoraBuild.Base.Diagnostics;
using LoraBuild.Diffusion.Memory;
using LoraBuild.Diffusion.Vae;
using LoraBuild.Training.Data;

namespace LoraBuild.Training.Tests.Loading;

public class LatentEncoderTests
{
    [Fact]
    public void A_picture_whose_latents_are_no_numbers_is_named()
    {
        using var scope = NewDisposeScope();
        using var vae = new OverflowingAutoencoder();
        TrainingPicture[] pictures = [new(0, "", "fine.png", "", 1, null!), new(1, "", "bright.png", "", 1, null!)];

        var problem = Assert.Throws<LoraBuildException>(
            () => new LatentEncoder(vae).Encode(pictures, [new float[3 * 64], [.. Enumerable.Repeat(1f, 3 * 64)]], new(8, 8))).Diagnostic;

        Assert.Equal(DiagnosticCode.LatentsNotFinite, problem.Code);
        Assert.Contains("'bright.png'", problem.Message, StringComparison.Ordinal);
    }

    // Infinite where a picture is white.
    private sealed class OverflowingAutoencoder : IAutoencoder
    {
        public long LatentChannels => 4;

        public int Reduction => 8;

        public ScalarType Type => ScalarType.Float32;

        public Device Device => CPU;

        public (Tensor Mean, Tensor LogVariance) Encode(Tensor images)
        {
            var mean = ones(images.shape[0], 1, 1, 1) / (images.mean([1, 2, 3], keepdim: true) - 1);
            return (mean, zeros_like(mean));
        }

        public DryTensor DryEncode(DryRun run, DryTensor images) => throw new NotSupportedException();

        public Tensor Sample(Tensor mean, Tensor logVariance, Tensor noise) => throw new NotSupportedException();

        public Tensor Decode(Tensor latents) => throw new NotSupportedException();

        public Tensor DecodeTiled(Tensor latents) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
