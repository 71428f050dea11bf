using LoraBuild.Builds.Killing;
using Xunit.Abstractions;

namespace LoraBuild.Builds;

/// <summary>Folders that cannot be written, not by root either: they are mounted read-only.</summary>
public sealed class ReadOnlyTests(ITestOutputHelper output)
{
    private const string RunBuild = "exec \"$@\"";

    [Theory]
    [InlineData("obj")]
    [InlineData("bin")]
    [InlineData("cache")]
    public void A_folder_that_cannot_be_written_is_an_error_that_says_what_to_do(string place)
    {
        using var project = new CharacterProject().With("low/aoi_207.jpg");
        project.MountScript = ReadOnly(project, place) + RunBuild;

        var refused = project.Build();

        Assert.False(refused.Succeeded);
        var error = refused.Diagnostics.First(line => line.Contains("error", StringComparison.Ordinal));
        output.WriteLine(error);
        Assert.Contains("error LB6001", error, StringComparison.Ordinal);
        Assert.Contains("make the folder writable", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", refused.Output, StringComparison.Ordinal);
        Assert.Empty(PublishedFiles.FindBroken(project));

        project.MountScript = null;
        Assert.True(project.Build().Succeeded);
        Assert.Single(project.Captions());
    }

    [Fact]
    public void A_store_that_a_build_of_edited_tags_cannot_write_is_told()
    {
        using var project = new CharacterProject().With("high/aoi_001.png").With("low/aoi_207.jpg");
        project.Properties["LoraReport"] = "false";
        project.Write("images/high/aoi_001.txt", "1girl, smile");
        Assert.True(project.Build().Succeeded);
        project.Write("images/high/aoi_001.txt", "1girl, smile, waving, hat");
        project.MountScript = ReadOnly(project, "cache") + RunBuild;

        var refused = project.Build();

        output.WriteLine(refused.Output);
        Assert.False(refused.Succeeded);
        Assert.Contains("error LB6001", refused.Output, StringComparison.Ordinal);
        project.MountScript = null;
        Assert.True(project.Build().Succeeded);
        Assert.True(project.Build().DidNothing);
        Assert.Contains(project.Captions().Values, caption => caption.Contains("hat", StringComparison.Ordinal));
    }

    [Fact]
    public void A_build_with_nothing_to_do_needs_to_write_nothing()
    {
        using var project = new CharacterProject().With("low/aoi_207.jpg");
        Assert.True(project.Build().Succeeded);
        project.MountScript = string.Concat(new[] { "obj", "bin", "cache" }.Select(place => ReadOnly(project, place))) + RunBuild;

        var nothing = project.Build();

        Assert.True(nothing.Succeeded, nothing.Output);
        Assert.Contains("all up to date", nothing.Output, StringComparison.Ordinal);
    }

    private static string ReadOnly(BuiltProject project, string place)
    {
        var folder = place == "cache" ? project.CachePath : project.PathOf(place);
        return $"""
            mkdir -p '{folder}'
            mount --bind '{folder}' '{folder}'
            mount -o remount,bind,ro '{folder}'

            """;
    }
}
