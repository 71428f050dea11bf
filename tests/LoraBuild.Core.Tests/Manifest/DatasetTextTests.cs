using FsCheck.Xunit;
using LoraBuild.Core.Manifest;

namespace LoraBuild.Core.Tests.Manifest;

public sealed class DatasetTextTests
{
    [Property(MaxTest = 100)]
    public void Other_captions_give_the_bytes_of_a_manifest_written_whole(int[] sizes, int[] changed, FsCheck.NonNull<string> caption, bool regularization)
    {
        var groups = (sizes ?? []).Take(4).Select((size, group) => Group($"{16 >> group}_aoi", 16 >> group, size & 7, group * 10)).ToList();
        // Names are read in another way where something in them is escaped.
        if (groups.Count > 2)
            groups[2] = groups[2] with { Folder = "4_a \"b\", ü" };
        // A regularisation image of the same name keeps its own caption.
        if (regularization)
            groups.Add(Group("regularization/1_girl", 1, 3, 0) with { IsRegularization = true });
        var manifest = new DatasetManifest(["aoi"], groups);
        var names = groups.Where(group => !group.IsRegularization).SelectMany(group => group.Pictures).Select(picture => picture.File).ToList();
        var captions = (changed ?? []).Where(_ => names.Count > 0).Select(pick => names[(pick & int.MaxValue) % names.Count]).Distinct()
            .ToDictionary(name => name, name => ($"aoi, \"file\": {caption.Get}{name}", name.Length % 2 == 0 ? null : "uniform"));
        var expected = manifest with
        {
            Groups = [.. groups.Select(group => group with
            {
                Pictures = [.. group.Pictures.Select(picture => !group.IsRegularization && captions.TryGetValue(picture.File, out var other)
                    ? picture with { Caption = other.Item1, Outfit = other.Item2 }
                    : picture)],
            })],
        };

        var bytes = new DatasetText(DatasetFile.Serialize(manifest)).With(captions, out var counted);

        Assert.Equal(System.Text.Encoding.UTF8.GetString(DatasetFile.Serialize(expected)), System.Text.Encoding.UTF8.GetString(bytes));
        Assert.DoesNotContain((byte)'\r', bytes);
        Assert.Equal(
            groups.Select(group => (group.Folder, group.Repeats, group.IsRegularization, group.Pictures.Count)),
            counted.Select(group => (group.Group.Folder, group.Group.Repeats, group.Group.IsRegularization, group.Pictures)));
    }

    [Fact]
    public void A_picture_that_the_manifest_lacks_is_an_error() => Assert.Throws<InvalidDataException>(() =>
        new DatasetText(DatasetFile.Serialize(new DatasetManifest(["aoi"], [Group("8_aoi", 8, 2, 0)])))
            .With(new Dictionary<string, (string, string?)> { ["other.png"] = ("aoi", null) }, out _));

    private static DatasetGroup Group(string folder, int repeats, int pictures, int first) => new(
        folder,
        repeats,
        [.. Enumerable.Range(first, pictures).Select(i => new DatasetPicture(i % 3 == 1 ? $"{i} \"a\", b\\ü.png" : $"{i}.png", $"{i}", 10, 20, $"aoi, \\(tag\\) <{i}> {{\n}}", $"images/{i}.png", i % 2 == 0 ? "dress" : null))]);
}
