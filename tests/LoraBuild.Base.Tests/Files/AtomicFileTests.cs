using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;

namespace LoraBuild.Base.Tests.Files;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_writer_that_fails_leaves_the_old_file_and_nothing_else()
    {
        var path = folder.Write("file.txt", "old");

        var error = Assert.Throws<LoraBuildException>(() => AtomicFile.Write(path, stream =>
        {
            stream.Write("half"u8);
            throw new IOException("No space left on device");
        }));

        Assert.Equal(DiagnosticCode.CannotWrite, error.Diagnostic.Code);
        Assert.Contains("No space left on device", error.Message, StringComparison.Ordinal);
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal([path], Directory.EnumerateFiles(folder.Path));
    }

    [Fact]
    public void What_a_killed_writer_left_can_be_removed_and_nothing_else()
    {
        var whole = folder.Write("a/whole.txt", "");
        var unfinished = folder.Write("a/b/" + Path.GetFileName(AtomicFile.TemporaryBeside(whole)), "half");

        AtomicFile.Write(folder.File("a/written.txt"), stream =>
        {
            AtomicFile.RemoveUnfinished(folder.Path);
            stream.Write("all of it"u8);
        });
        AtomicFile.RemoveUnfinished(folder.File("not there"));

        Assert.False(File.Exists(unfinished));
        Assert.True(File.Exists(whole));
        Assert.Equal("all of it", File.ReadAllText(folder.File("a/written.txt")));
    }

    [Fact]
    public void A_place_that_cannot_be_written_is_an_error_with_a_code()
    {
        var file = folder.Write("file.txt", "");
        var error = Assert.Throws<LoraBuildException>(() => AtomicFile.WriteText(Path.Combine(file, "below", "a file"), "text"));
        Assert.Equal(DiagnosticCode.CannotWrite, error.Diagnostic.Code);
    }
}
