using System.Diagnostics;
using LoraBuild.Base.Files;

namespace LoraBuild.Base.Tests.Files;

public sealed class WholeFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_file_is_read_as_it_is()
    {
        Assert.Equal("\u00e4", WholeFile.ReadText(folder.Write("a.txt", "\u00e4")));
        Assert.Equal([0xC3, 0xA4], WholeFile.ReadBytes(folder.File("a.txt")));
    }

    [Fact]
    public void A_file_of_gigabytes_is_refused_unread()
    {
        using (var sparse = new FileStream(folder.File("a.txt"), FileMode.Create))
            sparse.SetLength(WholeFile.MostBytes + 1);
        Assert.Contains(
            "MB", Assert.Throws<IOException>(() => WholeFile.ReadBytes(folder.File("a.txt"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pipe_or_a_device_is_refused_unread()
    {
        using (var pipe = Process.Start("mkfifo", [folder.File("a.txt")]))
            pipe.WaitForExit();
        Assert.Throws<IOException>(() => WholeFile.ReadBytes(folder.File("a.txt")));
        Assert.Throws<IOException>(() => WholeFile.ReadBytes("/dev/zero"));
    }

    [Fact]
    public void A_missing_file_is_missing() => Assert.Throws<FileNotFoundException>(() => WholeFile.ReadBytes(folder.File("a.txt")));
}
