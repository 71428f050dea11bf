namespace LoraBuild.Builds;

/// <summary><c>dotnet watch build</c>.</summary>
public sealed class WatchTests
{
    [Fact]
    public void A_tag_file_that_is_saved_beside_a_picture_builds_again()
    {
        using var project = new CharacterProject().With("low/aoi_207.jpg");
        using var watch = project.StartIn(project.Folder, "watch build");
        watch.WaitFor(line => line.Contains("Waiting for a file to change", StringComparison.Ordinal));
        Assert.NotEqual("hoshinoaoi, smile", project.Captions()["4_hoshinoaoi/aoi_207.txt"]);

        project.Write("images/low/aoi_207.txt", "1girl, smile");

        watch.WaitFor("Manifest: 1 pictures", times: 2);
        Assert.Equal("hoshinoaoi, smile", project.Captions()["4_hoshinoaoi/aoi_207.txt"]);
    }
}
