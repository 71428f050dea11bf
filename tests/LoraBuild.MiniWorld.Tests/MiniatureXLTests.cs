using LoraBuild.Base.Geometry;
using LoraBuild.Diffusion;
using LoraBuild.Diffusion.Families;
using LoraBuild.MiniWorld.Training;

namespace LoraBuild.MiniWorld.Tests;

public class MiniatureXLTests
{
    private static readonly string Example = Path.Combine(AppContext.BaseDirectory, "Data", "mini-sd");

    [Fact]
    public void It_predicts_and_decodes_what_the_miniature_Stable_Diffusion_does()
    {
        var folder = Directory.CreateTempSubdirectory("lorabuild-").FullName;
        try
        {
            using var scope = NewDisposeScope();
            using var ungraded = no_grad();
            using var small = ModelFamilies.Load(Example, ScalarType.Float32);
            using var large = ModelFamilies.Load(MiniatureXL.Write(Example, folder), ScalarType.Float32);
            var latents = Noise.For(11, 1, [1, 4, 16, 16]);

            Assert.Equal([2, 1], ((IDiffusionModel[])[large, small]).Select(model => model.Parts.Count - 1));
            Assert.InRange(Distance(Predict(small, "1girl, red hair, outdoors"), Predict(large, "1girl, red hair, outdoors")), 0, 0.05);
            Assert.InRange(Distance(Predict(small, ""), Predict(large, "1girl, red hair, outdoors")), 0.1, double.MaxValue);
            Assert.InRange(Distance(small.Autoencoder.Decode(latents), large.Autoencoder.Decode(latents)), 0, 0.01);

            Tensor Predict(IDiffusionModel model, string caption)
            {
                var text = model.Tokenize(caption, PictureFrame.Drawn(new PixelSize(128, 128)), 75, weighted: false);
                return model.Predict(latents, tensor([600L]), model.Encode([text]));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static double Distance(Tensor expected, Tensor actual) => ((actual - expected).norm() / expected.norm()).item<float>();
}
