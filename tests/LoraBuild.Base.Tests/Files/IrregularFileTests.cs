using System.Diagnostics;
using LoraBuild.Base.Files;

namespace LoraBuild.Base.Tests.Files;

public sealed class IrregularFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("lorabuild-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Folders_and_pipes_are_and_links_to_them_but_no_file_and_no_link_to_nowhere()
    {
        using (var make = Process.Start("mkfifo", [In("pipe")]))
            make.WaitForExit();
        File.WriteAllText(In("file"), "");
        File.CreateSymbolicLink(In("to pipe"), In("pipe"));
        File.CreateSymbolicLink(In("to file"), In("file"));
        File.CreateSymbolicLink(In("to nowhere"), In("nothing"));
        File.CreateSymbolicLink(In("circle"), In("circle"));

        Assert.All([folder, In("pipe"), In("to pipe")], path => Assert.True(IrregularFile.IsAt(path), path));
        Assert.All(
            [In("file"), In("to file"), In("to nowhere"), In("circle"), In("nothing")],
            path => Assert.False(IrregularFile.IsAt(path), path));
    }

    private string In(string name) => Path.Combine(folder, name);
}
