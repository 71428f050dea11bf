using LoraBuild.Base.Hashing;

namespace LoraBuild.Builds;

/// <summary>Builds after edits, most of them of tag files: they end as builds from scratch do.</summary>
public sealed class EditedTagsTests
{
    private static readonly string[] Tags =
        ["1girl", "black hair", "blue eyes", "smile", "standing", "sitting", "long hair", "short hair", "hat", "white shirt", "outdoors"];
    private static readonly string[] Pictures = ["high/aoi_001.png", "high/aoi_002.jpg", "low/aoi_201.jpg", "low/aoi_207.jpg"];

    [Fact]
    public void Edited_tag_files_reprocess_their_pictures_alone()
    {
        using var project = Project();
        Assert.True(project.Build().Succeeded);
        project.Write("images/high/aoi_001.txt", "1girl, smile, waving");
        project.Write("images/low/aoi_201.txt", "1girl, hat");

        var edited = project.Build();

        Assert.Contains("Tag: 2 of 4 pictures, 2 up to date", edited.Output, StringComparison.Ordinal);
        Assert.Contains("Dedupe: 2 of 4 pictures, 2 up to date", edited.Output, StringComparison.Ordinal);

        Assert.Equal("hoshinoaoi, smile, waving", project.Captions()["16_hoshinoaoi/aoi_001.txt"]);
        Assert.Equal("hoshinoaoi, hat", project.Captions()["4_hoshinoaoi/aoi_201.txt"]);
        Assert.Contains("all up to date", project.Build().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_build_of_edited_tags_says_what_any_other_says()
    {
        using var project = Project();
        project.Properties["LoraMinPictureSize"] = "4000";
        project.Write("images/high/aoi_001.txt", "short hair, long hair");
        var first = project.Build();
        project.Write("images/high/aoi_001.txt", "short hair, long hair, smile");
        var second = project.Build();

        Assert.True(second.Succeeded, second.Output);
        Assert.Equal(Sayings(first), Sayings(second));
        Assert.Contains(second.Diagnostics, line => line.Contains("warning LB2", StringComparison.Ordinal));
        Assert.Contains("Tag: 1 of 4 pictures, 3 up to date", second.Output, StringComparison.Ordinal);
        Assert.Contains("Normalize: 0 of 4 pictures, 4 up to date", second.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tag_file_that_cannot_be_read_fails_the_build_and_is_looked_at_again()
    {
        using var project = Project();
        Assert.True(project.Build().Succeeded);
        var outputs = project.Outputs();
        project.Write("images/high/aoi_001.txt", [0xff, 0xfe, 0x00, 0xd8, 0xff]);
        var broken = project.Build();
        project.Write("images/high/aoi_001.txt", TagsOf(0, 0));
        var mended = project.Build();

        Assert.True(mended.Succeeded, mended.Output);
        Assert.True(!broken.Succeeded || broken.Processed("Tag") == 1, broken.Output);
        Assert.Equal(outputs, project.Outputs());
    }

    [Fact]
    public void A_rule_that_counts_pictures_counts_all_of_them_again()
    {
        using var project = Project();
        project.Properties["LoraFeatureFrequency"] = "0.5";
        foreach (var (picture, place) in Pictures.Select((picture, place) => (picture, place)))
            project.Write(Path.ChangeExtension($"images/{picture}", ".txt"), place < 2 ? "1girl, blue hair, smile" : "1girl, smile");
        Assert.True(project.Build().Succeeded);
        Assert.Equal("hoshinoaoi, smile", project.Captions()["16_hoshinoaoi/aoi_002.txt"]);

        project.Write("images/high/aoi_001.txt", "1girl, smile");

        Assert.True(project.Build().Succeeded);
        Assert.Equal("hoshinoaoi, blue hair, smile", project.Captions()["16_hoshinoaoi/aoi_002.txt"]);
    }

    [Theory]
    [InlineData("Tag", "tagged")]
    [InlineData("Manifest", "aligned")]
    [InlineData("ExportSdScripts", "aligned")]
    [InlineData("Tag;Build", "aligned")]
    public void A_step_by_name_sees_the_edit_among_all_pictures(string targets, string ledger)
    {
        using var project = Project();
        Assert.True(project.Build().Succeeded);
        project.Write("images/high/aoi_001.txt", "1girl, smile, waving");

        var asked = project.Build($"-t:{targets}");

        Assert.True(asked.Succeeded, asked.Output);
        Assert.Contains("Tag: 1 of 4 pictures, 3 up to date", asked.Output, StringComparison.Ordinal);
        Assert.Contains("waving", File.ReadAllText(project.PathOf($"obj/lora/{ledger}.jsonl")), StringComparison.Ordinal);
        Assert.True(project.Build().Succeeded);
        Assert.Equal("hoshinoaoi, smile, waving", project.Captions()["16_hoshinoaoi/aoi_001.txt"]);
        Assert.DoesNotContain("all up to date", project.Build("-t:Tag").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_project_built_twice_in_one_run_with_other_properties_ends_as_in_two_runs()
    {
        using var project = Project();
        Assert.True(project.Build().Succeeded);
        var both = project.Write("both.proj", """
            <Project>
              <Target Name="Build">
                <MSBuild Projects="Character.loraproj" Properties="LoraTaggerThreshold=0.4" />
                <MSBuild Projects="Character.loraproj" Properties="LoraTaggerThreshold=0.6" />
              </Target>
            </Project>
            """);
        project.Write("images/high/aoi_001.txt", "1girl, smile, waving");

        var built = project.Run("msbuild", [both]);

        Assert.True(built.Succeeded, built.Output);
        Assert.Contains("Tag: 1 of 4 pictures, 3 up to date", built.Output, StringComparison.Ordinal);
        var outputs = project.Outputs();
        Directory.Delete(project.PathOf("bin"), recursive: true);
        Directory.Delete(project.PathOf("obj"), recursive: true);
        Assert.True(project.Build("-p:LoraTaggerThreshold=0.6").Succeeded);
        Assert.Equal(outputs, project.Outputs());
    }

    [Fact]
    public void What_needs_all_pictures_has_them_after_a_build_of_an_edit_in_the_same_run()
    {
        using var project = Project();
        Assert.True(project.Build().Succeeded);
        project.Write("images/high/aoi_001.txt", "1girl, smile, waving");

        var both = project.Build("-t:Build;ExportTags");

        Assert.True(both.Succeeded, both.Output);
        Assert.Contains("ExportTags: 1 tag files written, 3 left as they are", both.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_ledger_that_somebody_wrote_to_is_not_believed()
    {
        using var project = Project();
        Assert.True(project.Build().Succeeded);
        var outputs = project.Outputs();
        var ledger = project.PathOf("obj/lora/tagged.jsonl");
        File.WriteAllText(ledger, File.ReadAllText(ledger).Replace("1girl", "1boy", StringComparison.Ordinal));
        project.Write("images/high/aoi_001.txt", "1girl, waving");
        Assert.True(project.Build().Succeeded);
        Assert.DoesNotContain("1boy", File.ReadAllText(ledger), StringComparison.Ordinal);

        project.Write("images/high/aoi_001.txt", TagsOf(0, 0));
        Assert.True(project.Build().Succeeded);
        Assert.Equal(outputs, project.Outputs());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Any_edits_one_after_the_other_end_as_a_build_from_scratch(int seed)
    {
        const int Edits = 8;
        var random = new Random(seed);
        using var project = Project();
        project.Write("images/high/aoi_001.txt", TagsOf(seed, 0));
        Assert.True(project.Build().Succeeded);
        for (var edit = 0; edit < Edits; edit++)
        {
            var told = Edit(project, random);
            var build = project.Build();
            Assert.True(build.Succeeded, $"{told}: {build.Output}");

            using var scratch = new CharacterProject();
            foreach (var (name, value) in project.Properties)
                scratch.Properties[name] = value;
            scratch.Write("character.yaml", File.ReadAllBytes(project.PathOf("character.yaml")));
            foreach (var file in Directory.EnumerateFiles(project.PathOf("images"), "*", SearchOption.AllDirectories))
                scratch.Write(Path.GetRelativePath(project.Folder, file), File.ReadAllBytes(file));
            Assert.True(scratch.Build().Succeeded);
            Assert.True(Same(scratch.Outputs(), project.Outputs()), $"after edit {edit}: {told}");
            Assert.True(Same(Ledgers(scratch), Ledgers(project)), $"after edit {edit}: {told}");
        }
    }

    // Tag files are edited most.
    private static string Edit(CharacterProject project, Random random)
    {
        var files =
            Directory.EnumerateFiles(project.PathOf("images"), "*.txt", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList();
        var pictures = Directory.EnumerateFiles(project.PathOf("images"), "*", SearchOption.AllDirectories)
            .Where(file => !file.EndsWith(".txt", StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToList();
        var picture = pictures[random.Next(pictures.Count)];
        switch (random.Next(10))
        {
            case < 5 when files.Count > 0:
                foreach (var file in files.Where(_ => random.Next(2) == 0).DefaultIfEmpty(files[0]))
                    File.WriteAllText(file, TagsOf(random.Next(), random.Next()));
                return "tag files edited";
            case 5 when files.Count > 0:
                File.Delete(files[random.Next(files.Count)]);
                return "a tag file deleted";
            case 6:
                File.WriteAllText(Path.ChangeExtension(picture, ".txt"), TagsOf(random.Next(), random.Next()));
                return "a tag file written";
            case 7 when pictures.Count > 2:
                File.Move(picture, Path.Combine(Path.GetDirectoryName(picture)!, $"renamed{random.Next(100)}{Path.GetExtension(picture)}"));
                return "a picture renamed";
            case 8:
                File.Copy(
                    picture, Path.Combine(project.PathOf("images/low"), $"copy{random.Next(100)}{Path.GetExtension(picture)}"),
                    overwrite: true);
                return "a picture copied";
            default:
                project.Write("character.yaml", $"trigger: hoshinoaoi\nfeatures: {{tags: [{Tags[random.Next(Tags.Length)]}]}}\n");
                project.Properties["LoraTaggerThreshold"] = random.Next(2) == 0 ? "0.4" : "0.6";
                return "character.yaml and a threshold changed";
        }
    }

    private static CharacterProject Project()
    {
        var project = new CharacterProject();
        project.Properties["LoraReport"] = "false";
        foreach (var picture in Pictures)
            project.With(picture);
        for (var i = 0; i < 3; i++)
            project.Write(Path.ChangeExtension($"images/{Pictures[i]}", ".txt"), TagsOf(0, i));
        return project;
    }

    private static string TagsOf(int seed, int more)
    {
        var random = new Random(HashCodeOf(seed, more));
        return string.Join(", ", Tags.Where(_ => random.Next(2) == 0).Append("1girl"));
    }

    private static int HashCodeOf(int one, int other) => unchecked((one * 397) ^ other);

    private static IReadOnlyList<string> Sayings(BuildResult build) => [.. build.Diagnostics.Order(StringComparer.Ordinal)];

    private static Dictionary<string, string> Ledgers(BuiltProject project) =>
        new[] { "tagged", "stripped", "deduped", "aligned" }
            .ToDictionary(name => name, name => ContentHash.OfFile(project.PathOf($"obj/lora/{name}.jsonl")).ToString());

    private static bool Same(IReadOnlyDictionary<string, string> one, IReadOnlyDictionary<string, string> other) =>
        one.Count == other.Count && one.All(entry => other.GetValueOrDefault(entry.Key) == entry.Value);
}
