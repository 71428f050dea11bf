using LoraBuild.Builds.Killing;
using Xunit.Abstractions;

namespace LoraBuild.Builds;

/// <summary>Disks that are full, really: a small file system of its own lies over the folder while the build runs.</summary>
public sealed class FullDiskTests(ITestOutputHelper output)
{
    private const int LoraDoesNotFit = 600;

    // It becomes full at the first pictures, at the training's state, and at the finished LoRA, which is not trained again then.
    [Theory]
    [InlineData("obj", 60)]
    [InlineData("obj", 3000)]
    [InlineData("bin", LoraDoesNotFit)]
    [InlineData("cache", LoraDoesNotFit)]
    public void A_full_disk_is_an_error_that_says_what_to_do_and_with_room_the_next_build_ends_right(string place, int kilobytes)
    {
        using var project = new CharacterProject(train: kilobytes >= LoraDoesNotFit).With("high/aoi_001.png").With("low/aoi_207.jpg");
        var folder = place == "cache" ? project.CachePath : project.PathOf(place);
        // What is on the small disk at the end goes to a place where it can be looked at.
        project.MountScript = $"""
            mkdir -p '{folder}'
            mount -t tmpfs -o size={kilobytes}k,mode=755 none '{folder}'
            "$@" && ended=0 || ended=$?
            mkdir -p '{project.Folder}/left'
            cp -r '{folder}/.' '{project.Folder}/left'
            exit $ended
            """;

        var full = project.Build();

        Assert.False(full.Succeeded, full.Output);
        var error = full.Diagnostics.First(line => line.Contains("error LB", StringComparison.Ordinal));
        output.WriteLine(error);
        Assert.Contains("error LB6001", error, StringComparison.Ordinal);
        Assert.Contains("No space left on device", error, StringComparison.Ordinal);
        Assert.Contains("Free some disk space", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", full.Output, StringComparison.Ordinal);
        Assert.Empty(PublishedFiles.FindBroken(project));
        Assert.Empty(PublishedFiles.FindBrokenIn(project.PathOf("left"), isCache: place == "cache"));

        project.MountScript = null;
        Directory.Delete(project.PathOf("left"), recursive: true);
        var mended = project.Build();
        Assert.True(mended.Succeeded, mended.Output);
        Assert.Equal(2, project.Captions().Count);
        if (kilobytes == LoraDoesNotFit)
            Assert.False(mended.Trained);
        Assert.Empty(PublishedFiles.FindBroken(project));
        Assert.True(project.Build().DidNothing);
    }
}
