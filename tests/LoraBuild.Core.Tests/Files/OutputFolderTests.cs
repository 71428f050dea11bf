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
    public void A_folder_is_made_at_the_last_good_place_where_the_file_system_has_a_choice()
    {
        var inodes = new List<ulong>();
        for (var round = 0; round < 20; round++)
        {
            var asked = 0;
            OutputFolder.Create(folder.File("new"), place =>
            {
                File.WriteAllText(Path.Combine(place, $"{asked}.txt"), "");
                return ++asked == 4;
            });
            var left = Directory.EnumerateFileSystemEntries(folder.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList();

            Assert.Equal(IsExt4 ? [folder.File("new"), folder.File("new/3.txt")] : [folder.File("new")], left);
            if (IsExt4)
                inodes.Add(FileStamp.Of(folder.File("new/3.txt"))!.Value.Inode);
            Directory.Delete(folder.File("new"), recursive: true);
        }

        // A plain folder's files have the numbers next to the last ones. A small disk has no room for more than one place.
        if (IsExt4 && new DriveInfo(folder.Path).TotalSize > 32L << 30)
            Assert.True(inodes.Select(inode => inode / 1000).Distinct().Count() > 2, string.Join(' ', inodes));
    }

    [Fact]
    public void A_folder_without_any_good_place_is_made_where_it_belongs()
    {
        OutputFolder.Create(folder.File("new"), _ => false);
        Assert.Equal([folder.File("new")], Directory.EnumerateFileSystemEntries(folder.Path, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void A_folder_that_is_there_stays_as_it_is()
    {
        var file = folder.Write("there/file.txt", "");
        OutputFolder.Create(folder.File("there"), _ => throw new InvalidOperationException("It was asked about a place."));
        Assert.True(File.Exists(file));
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

    private bool IsExt4 => new DriveInfo(folder.Path).DriveFormat is "ext4";
}
