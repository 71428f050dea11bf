using FsCheck.Xunit;
using LoraBuild.Dataset.Pictures;

namespace LoraBuild.Dataset.Tests.Pictures;

public class DuplicateFinderTests
{
    [Fact]
    public void The_picture_with_more_pixels_stays_wherever_it_stands()
    {
        PictureFacts[] pictures = [Facts("small", 100, 0b0111), Facts("other", 500, 0xFFFF_0000), Facts("large", 200, 0)];
        Assert.Equal([new NearDuplicate("large", "small", 3)], DuplicateFinder.Find(pictures, 3));
        Assert.Empty(DuplicateFinder.Find(pictures, 2));
    }

    [Fact]
    public void Of_equally_large_pictures_the_first_stays() =>
        Assert.Equal([new NearDuplicate("a", "b", 0)], DuplicateFinder.Find([Facts("a", 100, 7), Facts("b", 100, 7)], 0));

    [Fact]
    public void Of_a_row_of_pictures_each_a_little_unlike_the_next_the_ends_stay()
    {
        PictureFacts[] row = [Facts("a", 300, 0b000000), Facts("b", 200, 0b000111), Facts("c", 100, 0b111111)];
        Assert.Equal([new NearDuplicate("a", "b", 3)], DuplicateFinder.Find(row, 3));
    }

    [Property]
    public void Everything_left_out_has_its_likeness_in_the_rest_and_no_two_of_the_rest_are_alike(ushort[] hashes, byte distance)
    {
        var most = distance % 6;
        var pictures = hashes.Select((hash, index) => Facts($"{index}", 10 + hash % 7, hash)).ToList();
        var found = DuplicateFinder.Find(pictures, most);
        var kept = pictures.Where(picture => found.All(pair => pair.Other != picture.Id)).ToList();
        Assert.All(found, pair =>
        {
            Assert.InRange(pair.Distance, 0, most);
            Assert.Equal(pair.Distance, Distance(pictures.Single(p => p.Id == pair.Kept), pictures.Single(p => p.Id == pair.Other)));
            Assert.Contains(kept, picture => picture.Id == pair.Kept);
        });
        for (var i = 0; i < kept.Count; i++)
            Assert.All(kept.Skip(i + 1), other => Assert.True(Distance(kept[i], other) > most));
    }

    [Fact]
    public void Ten_thousand_pictures_take_no_time_to_speak_of()
    {
        var random = new Random(1);
        var pictures = Enumerable.Range(0, 10_000).Select(index => Facts($"{index}", 1000 - index % 3, (ulong)random.NextInt64())).ToList();
        pictures.Add(pictures[1234] with { Id = "copy", Width = 1 });
        var before = Environment.CpuUsage.TotalTime;
        var found = DuplicateFinder.Find(pictures, 4);
        Assert.Equal(new NearDuplicate("1234", "copy", 0), Assert.Single(found));
        Assert.InRange((Environment.CpuUsage.TotalTime - before).TotalSeconds, 0, 10);
    }

    private static PictureFacts Facts(string id, int width, ulong hash) => new(id, width, 10, new PerceptualHash(hash).ToString());

    private static int Distance(PictureFacts a, PictureFacts b) => PerceptualHash.Parse(a.Hash).DistanceTo(PerceptualHash.Parse(b.Hash));
}
