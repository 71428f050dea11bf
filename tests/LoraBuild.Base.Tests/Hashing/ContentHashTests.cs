using LoraBuild.Base.Hashing;

namespace LoraBuild.Base.Tests.Hashing;

public sealed class ContentHashTests
{
    /// <summary>Around the lengths up to which a file is read at once.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(131_071)]
    [InlineData(131_072)]
    [InlineData(131_073)]
    [InlineData(262_144)]
    [InlineData(300_000)]
    public void A_file_has_the_hash_of_its_bytes(int length)
    {
        using var folder = new TemporaryFolder();
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        File.WriteAllBytes(folder.File("file"), bytes);
        Assert.Equal(ContentHash.Of(bytes), ContentHash.OfFile(folder.File("file")));
    }
}
