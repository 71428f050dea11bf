using LoraBuild.Base.Files;

namespace LoraBuild.Base.Tests.Caching;

public class ByteSizeTests
{
    [Theory]
    [InlineData("20 GB", 20_000_000_000)]
    [InlineData("1.5tb", 1_500_000_000_000)]
    [InlineData(" 500MB ", 500_000_000)]
    [InlineData("1000", 1000)]
    [InlineData("0", 0)]
    public void A_size_is_a_number_and_maybe_a_unit(string text, long bytes)
    {
        Assert.True(ByteSize.TryParse(text, out var read));
        Assert.Equal(bytes, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("GB")]
    [InlineData("-1 GB")]
    [InlineData("20 GiB")]
    [InlineData("1,5 GB")]
    [InlineData("99999999999 TB")]
    public void Anything_else_is_none(string text) => Assert.False(ByteSize.TryParse(text, out _));

    [Theory]
    [InlineData(999, "999 B")]
    [InlineData(1234, "1.23 KB")]
    [InlineData(20_000_000_000, "20 GB")]
    public void Sizes_are_written_short(long bytes, string text) => Assert.Equal(text, ByteSize.Format(bytes));
}
