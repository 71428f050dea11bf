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
                OutputFolder.Create(target, _ => true);
                AtomicFile.WriteText(Path.Combine(target, $"{index}.txt"), "all of it");
            })).ToList();
            threads.ForEach(thread => thread.Start());
            threads.ForEach(thread => thread.Join());

            Assert.Equal(8, Directory.EnumerateFiles(target).Count(file => File.ReadAllText(file) == "all of it"));
            Assert.Equal([target, .. Directory.EnumerateFiles(target).Order()], Directory.EnumerateFileSystemEntries(folder.File($"{round}/a"), "*", SearchOption.AllDirectories).Order());
        }
    }

    [Fact]
    public void A_folder_and_those_above_it_are_made_at_good_places_where_the_file_system_has_a_choice()
    {
        var asked = 0;
        OutputFolder.Create(folder.File("a/b"), place =>
        {
            File.WriteAllText(Path.Combine(place, $"{asked}.txt"), "");
            return ++asked is 4 or 6;
        });
        var left = Directory.EnumerateFileSystemEntries(folder.Path, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder.Path, path));

        const string Plain = "a a/b", Chosen = "a a/3.txt a/b a/b/5.txt";
        // Others than ext4 may have the choice too: an overlay on one has.
        string[] right = new DriveInfo(folder.Path).DriveFormat == "ext4" ? [Chosen] : [Plain, Chosen];
        Assert.Contains(string.Join(' ', left.Order(StringComparer.Ordinal)), right);
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
}
