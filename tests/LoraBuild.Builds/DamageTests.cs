using LoraBuild.Builds.Killing;

namespace LoraBuild.Builds;

/// <summary>Files of the build's own that something else has damaged, and clocks.</summary>
public sealed class DamageTests
{
    [Fact]
    public void A_flipped_bit_in_every_file_of_the_cache_costs_work_and_nothing_else()
    {
        using var project = new CharacterProject(train: true).With("high/aoi_001.png").With("low/aoi_207.jpg");
        Assert.True(project.Build().Succeeded);
        var outputs = project.Outputs();
        Directory.Delete(project.PathOf("obj"), recursive: true);
        Directory.Delete(project.PathOf("bin"), recursive: true);
        var random = new Random(7);
        foreach (var part in new[] { "ac", "cas" })
        {
            foreach (var file in Directory.GetFiles(Path.Combine(project.CachePath, part), "*", SearchOption.AllDirectories))
                FlipBit(file, random);
        }

        var again = project.Build();

        Assert.True(again.Succeeded, again.Output);
        Assert.Equal(outputs, project.Outputs());
        Assert.Equal((2, 0), (again.Processed("Normalize"), again.Restored("Normalize")));
        Assert.Empty(PublishedFiles.FindBroken(project));
    }

    [Fact]
    public void Without_its_cache_a_finished_LoRA_is_not_trained_again()
    {
        using var project = new CharacterProject(train: true).With("low/aoi_207.jpg");
        Assert.True(project.Build().Succeeded);
        var outputs = project.Outputs();
        Directory.Delete(project.CachePath, recursive: true);
        File.SetLastWriteTimeUtc(project.PathOf("character.yaml"), DateTime.UtcNow);

        var again = project.Build();

        Assert.True(again.Succeeded, again.Output);
        Assert.True(again.DidNothing, again.Output);
        Assert.Contains("Train: up to date", again.Output, StringComparison.Ordinal);
        Assert.Equal(outputs, project.Outputs());
    }

    [Fact]
    public void Times_in_the_future_and_edits_by_a_clock_that_was_set_back_are_seen_for_what_they_are()
    {
        using var project = new CharacterProject().With("low/aoi_207.jpg");
        var tags = project.Write("images/low/aoi_207.txt", "smile");
        foreach (var file in new[] { project.PathOf("images/low/aoi_207.jpg"), project.PathOf("character.yaml"), tags })
            File.SetLastWriteTimeUtc(file, new DateTime(2099, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Assert.True(project.Build().Succeeded);

        Assert.Contains("all up to date", project.Build().Output, StringComparison.Ordinal);

        project.Write("images/low/aoi_207.txt", "frown");
        File.SetLastWriteTimeUtc(tags, new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Assert.True(project.Build().Succeeded);
        Assert.Equal("hoshinoaoi, frown", Assert.Single(project.Captions()).Value);
    }

    [Fact]
    public void What_a_killed_build_left_unfinished_is_gone_after_the_next()
    {
        using var project = new CharacterProject().With("low/aoi_207.jpg");
        Assert.True(project.Build().Succeeded);
        var outputs = project.Outputs();
        string[] places =
            ["bin/dataset.json", "bin/report/index.html", "obj/lora/tagged.jsonl", "obj/lora/train/0123456789abcdef/interrupted.state"];
        var unfinished = places
            .Select(name => project.Write(
                Path.GetRelativePath(project.Folder, Base.Files.AtomicFile.TemporaryBeside(project.PathOf(name))), "half")).ToList();
        project.Write("obj/lora/build.unfinished", "");
        File.SetLastWriteTimeUtc(project.PathOf("character.yaml"), DateTime.UtcNow);

        Assert.True(project.Build().Succeeded);

        Assert.All(unfinished, file => Assert.False(File.Exists(file), file));
        Assert.Equal(outputs, project.Outputs());
    }

    private static void FlipBit(string file, Random random)
    {
        var bytes = File.ReadAllBytes(file);
        bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
        File.WriteAllBytes(file, bytes);
    }
}
