using LoraBuild.Dataset.Pictures;

namespace LoraBuild.Dataset.Tests.Pictures;

public sealed class FolderSurveyTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("lorabuild-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void Circles_of_links_are_not_walked_round()
    {
        var images = folder.CreateSubdirectory("images").FullName;
        var picture = Path.Combine(images, "b.heic");
        File.WriteAllText(picture, "");
        // Each path would go on by either, forty levels deep.
        foreach (var name in new[] { "one", "two" })
            Directory.CreateSymbolicLink(Path.Combine(images, name), ".");

        Assert.Equal([picture], FolderSurvey.Of([images], []).Files);
    }
}
