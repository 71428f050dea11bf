using LoraBuild.Core.Files;

namespace LoraBuild.Core.Tests.Files;

public sealed class OutputFolderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Threads_that_write_into_one_new_folder_at_once_leave_their_files_and_nothing_else()
    {
        for (var round = 0; round < 20; round++)
        {
            var target = folder.File($"{round}/a/b");
            var start = new Barrier(8);

            var threads = Enumerable.Range(0, 8).Select(index => new Thread(() =>
            {
                start.SignalAndWait();
                AtomicFile.WriteText(Path.Combine(target, $"{index}.txt"), "all of it");
            })).ToList();
            threads.ForEach(thread => thread.Start());
            threads.ForEach(thread => thread.Join());

            Assert.Equal(8, Directory.EnumerateFiles(target).Count(file => File.ReadAllText(file) == "all of it"));
            Assert.Equal([target, .. Directory.EnumerateFiles(target).Order()], Directory.EnumerateFileSystemEntries(folder.File($"{round}/a"), "*", SearchOption.AllDirectories).Order());
        }
    }

    [Fact]
    public void A_folder_that_is_deleted_and_made_again_lies_elsewhere_on_ext4()
    {
        var inodes = new List<ulong>();
        for (var round = 0; round < 20; round++)
        {
            var file = folder.File("new folder/file.txt");
            AtomicFile.WriteText(file, "");
            inodes.Add(FileStamp.Of(file)!.Value.Inode);
            Assert.Equal([Path.GetDirectoryName(file)!], Directory.EnumerateFileSystemEntries(folder.Path));
            Directory.Delete(folder.File("new folder"), recursive: true);
        }

        // A plain folder's files are neighbours of those before.
        if (new DriveInfo(folder.Path).DriveFormat is "ext2" or "ext3" or "ext4")
            Assert.True(inodes.Select(inode => inode / 1000).Distinct().Count() > 2, string.Join(' ', inodes));
    }

    [Fact]
    public void A_file_in_the_way_of_a_folder_is_an_error_that_names_the_place()
    {
        var file = folder.Write("file.txt", "");
        var error = Assert.Throws<Core.Diagnostics.LoraBuildException>(() => AtomicFile.WriteText(Path.Combine(file, "below.txt"), ""));
        Assert.Contains("file.txt", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(AtomicFile.TemporarySuffix, error.Message, StringComparison.Ordinal);
        Assert.Equal([file], Directory.EnumerateFileSystemEntries(folder.Path));
    }
}
