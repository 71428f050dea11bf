namespace LoraBuild.Layering.Tests;

/// <summary>Lines lie within the columns of .editorconfig.</summary>
public class LineTests
{
    private const int MaxColumns = 140;

    [Theory]
    [InlineData("src")]
    [InlineData("tests")]
    public void No_line_of_code_is_longer_than_editorconfig_says(string folder)
    {
        Assert.Contains(
            $"max_line_length = {MaxColumns}\n", File.ReadAllText(Path.Combine(Sources.Root, ".editorconfig")), StringComparison.Ordinal);
        var sources = Sources.In(folder).ToArray();
        Assert.NotEmpty(sources);
        Assert.Empty(
            from source in sources
            from line in source.Text.Split('\n').Index()
            where line.Item.Length > MaxColumns
            select $"{source.Path}:{line.Index + 1}: {line.Item.Length} columns");
    }
}
