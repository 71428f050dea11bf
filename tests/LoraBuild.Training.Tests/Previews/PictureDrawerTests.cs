using LoraBuild.Base.Geometry;
using LoraBuild.Imaging.Rasters;
using LoraBuild.Protocol;
using LoraBuild.Settings;
using LoraBuild.Settings.Sampling;
using LoraBuild.Training.Previews;

namespace LoraBuild.Training.Tests.Previews;

public class PictureDrawerTests
{
    private static readonly string Lora = TestData.PathOf("golden-loha.weights.safetensors");

    [Fact]
    [Trait("Speed", "Slow")]
    public void A_batch_is_the_same_whatever_is_drawn_before_and_beside_it()
    {
        using var drawer = Load();
        BatchToDraw[] batches =
            [Batch("plain", null, 1, 2), Batch("hers", Lora, 1, 2), Batch("plain again", null, 3, 4), Batch("hers again", Lora, 3, 4)];

        var together = Draw(drawer, batches);

        Assert.Equal(batches.Select(batch => batch.Id).Order(StringComparer.Ordinal), together.Keys.Order(StringComparer.Ordinal));
        foreach (var batch in batches)
        {
            using var alone = Load();
            Assert.Equal(together[batch.Id], Draw(alone, [batch])[batch.Id]);
        }

        Assert.NotEqual(together["plain"], together["hers"]);
        Assert.NotEqual(together["plain"], together["plain again"]);
    }

    [Fact]
    public void A_miniature_draws_best_at_the_size_that_it_is_trained_at()
    {
        using var drawer = Load();

        Assert.Equal(new PixelSize(96, 64), drawer.FittingSize);
    }

    [Fact]
    public void A_cancelled_drawing_ends_without_a_picture()
    {
        using var drawer = Load();

        Assert.Throws<OperationCanceledException>(
            () => drawer.Draw([Batch("plain", null, 1)], (_, _) => Assert.Fail("It was drawn."), new CancellationToken(canceled: true)));
    }

    private static PictureDrawer Load() => PictureDrawer.Load(TestData.TinyModel, new TrainingSettings { Resolution = new(97, 64) }, new());

    private static BatchToDraw Batch(string id, string? lora, params long[] seeds) => new(
        id, lora, [.. seeds.Select(
            seed => new PictureToDraw("", new PictureRequest { Prompt = "1girl", Seed = seed, Width = 32, Height = 32, Steps = 2 }))]);

    private static Dictionary<string, byte[]> Draw(PictureDrawer drawer, IReadOnlyList<BatchToDraw> batches)
    {
        var drawn = new Dictionary<string, byte[]>();
        drawer.Draw(batches, (batch, pictures) => drawn.Add(batch.Id, Bytes(pictures)));
        return drawn;
    }

    private static byte[] Bytes(IReadOnlyList<Raster> pictures) => [.. pictures.SelectMany(picture => picture.Pixels)];
}
