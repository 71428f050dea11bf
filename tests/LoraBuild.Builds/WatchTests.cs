using System.Diagnostics;

namespace LoraBuild.Builds;

/// <summary><c>dotnet watch build</c>.</summary>
public sealed class WatchTests
{
    [Theory]
    [InlineData("images/low/aoi_207.txt", "1girl, smile")]
    [InlineData("character.yaml", "trigger: aoi\n")]
    public void A_file_that_is_saved_builds_again(string file, string content)
    {
        using var project = new CharacterProject().With("low/aoi_207.jpg");
        using var watch = project.StartIn(project.Folder, "watch", "build");
        watch.WaitFor(line => line.Contains("Manifest: 1 pictures", StringComparison.Ordinal));
        watch.WaitFor(line => line.Contains("Waiting for a file to change", StringComparison.Ordinal));

        var again = 0;
        project.Write(file, content);

        watch.WaitFor(line => line.Contains("Manifest: 1 pictures", StringComparison.Ordinal) && ++again == 2);
    }
}
