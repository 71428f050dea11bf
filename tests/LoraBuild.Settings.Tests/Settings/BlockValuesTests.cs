namespace LoraBuild.Settings.Tests.Settings;

public class BlockValuesTests
{
    // sd-scripts' formulas over 12 blocks: sin(pi/2 i/11), the same backwards, i/11, backwards, 0.
    [Theory]
    [InlineData("sine", 0, 0.14231483827328514, 1)]
    [InlineData("cosine", 1, 0.9898214418809327, 0)]
    [InlineData("linear+.25", 0.25, 0.3409090909090909, 1.25)]
    [InlineData("reverse_linear", 1, 0.9090909090909091, 0)]
    [InlineData("zeros+0.5", 0.5, 0.5, 0.5)]
    public void Curves_are_sd_scripts(string text, double first, double second, double last)
    {
        var values = BlockValues.TryParseCurve(text, [9, 12], 100)!.Of(12);

        Assert.Equal(12, values.Count);
        Assert.Equal(first, values[0], 1e-12);
        Assert.Equal(second, values[1], 1e-12);
        Assert.Equal(last, values[^1], 1e-12);
    }

    [Theory]
    [InlineData("1,2")]
    [InlineData("1,2,x")]
    [InlineData("1,2,-3")]
    [InlineData("1,2,101")]
    [InlineData("sine+")]
    [InlineData("sine+1+1")]
    public void Anything_else_than_the_right_number_of_numbers_is_refused(string text) =>
        Assert.Null(BlockValues.TryParseCurve(text, [3, 4], 100));

    [Theory]
    [InlineData("zeros", true)]
    [InlineData("zeros+.1", false)]
    [InlineData("sine", false)]
    [InlineData("0,0,0", true)]
    [InlineData("0,0,1", false)]
    public void Values_that_are_all_zero_are_known(string text, bool areZero) =>
        Assert.Equal(areZero, BlockValues.TryParseCurve(text, [3], 100)!.AreZero);

    [Fact]
    public void Whole_numbers_can_be_asked_for()
    {
        Assert.Null(BlockValues.TryParse("1,2.5", [2], 10, whole: true));
        Assert.Equal("1,2", BlockValues.TryParse("1.0, 2", [2], 10, whole: true)!.ToString());
    }
}
