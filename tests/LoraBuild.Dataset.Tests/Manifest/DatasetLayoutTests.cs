using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Hashing;
using LoraBuild.Dataset.Manifest;
using LoraBuild.Dataset.Pictures;

namespace LoraBuild.Dataset.Tests.Manifest;

public sealed class DatasetLayoutTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Each_character_has_a_folder_for_each_number_of_repeats()
    {
        var manifest = DatasetLayout.Arrange(
            ["hana", "aoi"], [Picture("c", "hana", 16), Picture("b", "aoi", 4), Picture("a", "aoi", 16), Picture("d", "hana", 16)]);
        Assert.Equal(["hana", "aoi"], manifest.Triggers);
        Assert.Equal(["16_aoi: a.png", "16_hana: c.png d.png", "4_aoi: b.png"], manifest.Groups.Select(Describe));
        Assert.Equal(16 + 32 + 4, manifest.SamplesPerEpoch);
    }

    [Fact]
    public void Triggers_that_differ_only_in_what_folders_cannot_be_called_share_a_folder() =>
        Assert.Equal(
            ["8_aoi: a.png b.png"],
            DatasetLayout.Arrange(["aoi?", "AOI:"], [Picture("a", "aoi?", 8), Picture("b", "AOI:", 8)]).Groups.Select(Describe));

    [Theory]
    [InlineData("../../escaped", "8_....escaped")]
    [InlineData("..", "8__")]
    [InlineData("a\u2215b\u202Ec", "8_abc")]
    public void A_trigger_leads_nowhere(string trigger, string name) => Assert.Equal(name, DatasetLayout.FolderName(8, trigger));

    [Theory]
    [InlineData("../8_aoi", "a.png")]
    [InlineData("/8_aoi", "a.png")]
    [InlineData("8_aoi", "../a.png")]
    [InlineData("8_aoi", "sub/a.png")]
    public void A_manifest_that_leads_out_of_its_folder_is_damaged(string group, string file)
    {
        var manifest =
            new DatasetManifest(["aoi"], [new DatasetGroup(group, 8, [new DatasetPicture(file, "", 1, 1, "aoi", "a.png", null)])]);
        File.WriteAllBytes(folder.File(DatasetFile.Name), DatasetFile.Serialize(manifest));

        Assert.Equal(DiagnosticCode.CannotRead, Assert.Throws<LoraBuildException>(() => DatasetFile.Read(folder.Path)).Diagnostic.Code);
    }

    private static string Describe(DatasetGroup group) =>
        $"{group.Folder}: {string.Join(' ', group.Pictures.Select(picture => picture.File))}";

    private CaptionedPicture Picture(string id, string trigger, int repeats)
    {
        var png = Path.Combine(folder.Path, id + ".png");
        File.WriteAllBytes(
            png, [
                0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, 0, 0, 0, 13, (byte)'I', (byte)'H', (byte)'D', (byte)'R', 0, 0, 0, 1,
                0, 0, 0, 1, 8, 6, 0, 0, 0,
            ]);
        return new CaptionedPicture(
            id, trigger, png, ContentHash.OfFile(png), new PictureFacts(id, 4, 3, ""), trigger, repeats, $"images/{id}.png", null);
    }
}
