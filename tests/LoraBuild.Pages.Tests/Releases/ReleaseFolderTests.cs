using LoraBuild.Base.Hashing;
using LoraBuild.Dataset.Characters;
using LoraBuild.Dataset.Manifest;
using LoraBuild.Pages.Releases;
using LoraBuild.Settings;

namespace LoraBuild.Pages.Tests.Releases;

public sealed class ReleaseFolderTests : IDisposable
{
    private static readonly ContentHash Hash = ContentHash.Of("model");

    private readonly TemporaryFolder folder = new();

    private string Target => folder.File("release");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_provenance_has_the_hash_of_every_file_and_the_same_release_the_same_bytes()
    {
        var lora = new ReleaseFile("aoi.safetensors", folder.Write("bin/aoi.safetensors", "lora"));
        var sample = new ReleaseFile("samples/1.png", folder.Write("bin/samples/1.png", "png"));

        var names = ReleaseFolder.Write(Target, Aoi(), [lora], [sample]);

        Assert.Equal(["README.md", "aoi.safetensors", "provenance.json", "samples/1.png"], names);
        var provenance = Provenance.TryRead(Target)!;
        Assert.Equal(
            names.Where(name => name != Provenance.FileName)
                .Select(name => new Provenance.HashedFile(name, ContentHash.OfFile(Path.Combine(Target, name)).ToString())),
            provenance.Files);
        Assert.Equal("other.safetensors", provenance.Training["network_weights"]);
        Assert.Null(provenance.Date);
        var first = File.ReadAllBytes(Path.Combine(Target, Provenance.FileName));
        ReleaseFolder.Write(folder.File("elsewhere"), Aoi(), [lora], [sample]);
        Assert.Equal(first, File.ReadAllBytes(folder.File("elsewhere/provenance.json")));
    }

    [Fact]
    public void Only_what_the_last_release_had_goes()
    {
        var lora = new ReleaseFile("aoi.safetensors", folder.Write("bin/aoi.safetensors", "lora"));
        var epoch = new ReleaseFile("aoi-000001.safetensors", folder.Write("bin/aoi-000001.safetensors", "epoch"));
        ReleaseFolder.Write(Target, Aoi(), [lora, epoch], []);
        folder.Write("release/LICENSE", "the author's");

        // As PublishDir ends.
        ReleaseFolder.Write(Target + "/", Aoi(), [lora], []);

        Assert.Equal(
            ["LICENSE", "README.md", "aoi.safetensors", "provenance.json"],
            Directory.GetFiles(Target).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_provenance_that_leads_out_of_its_folder_deletes_nothing()
    {
        var precious = folder.Write("precious.txt", "");
        folder.Write("release/provenance.json", """
            { "name": "x", "tools": {}, "baseModel": [], "inputs": [], "settings": {}, "training": {},
              "files": [{ "file": "../precious.txt", "sha256": "" }] }
            """);
        Assert.NotNull(Provenance.TryRead(Target));

        ReleaseFolder.Write(Target, Aoi(), [new("aoi.safetensors", folder.Write("bin/aoi.safetensors", "lora"))], []);

        Assert.True(File.Exists(precious));
    }

    [Fact]
    public void Nor_one_that_leads_out_by_a_link()
    {
        var precious = folder.Write("home/precious.txt", "");
        folder.Write("release/provenance.json", """
            { "name": "x", "tools": {}, "baseModel": [], "inputs": [], "settings": {}, "training": {},
              "files": [{ "file": "samples/precious.txt", "sha256": "" }] }
            """);
        Directory.CreateSymbolicLink(folder.File("release/samples"), folder.File("home"));

        ReleaseFolder.Write(Target, Aoi(), [new("aoi.safetensors", folder.Write("bin/aoi.safetensors", "lora"))], []);

        Assert.True(File.Exists(precious));
    }

    [Theory]
    [InlineData("<script>alert(1)</script>", "&#60;script&#62;alert(1)&#60;/script&#62;")]
    [InlineData("[x](javascript:y) ![](//z)", @"\[x\](javascript\:y) \!\[\](//z)")]
    [InlineData("*a* _b_ `c` | d\\", @"\*a\* \_b\_ \`c\` \| d\\")]
    [InlineData("a\n\n# b\u001B[2J\u202E", "a  \\# b\uFFFD\\[2J\uFFFD")]
    [InlineData("https://x www.x me@x &amp;", @"https\://x www\.x me\@x &#38;amp;")]
    public void What_strangers_wrote_means_nothing_in_the_card(string name, string written)
    {
        var release =
            Aoi() with { Characters = [Character.Named("aoi") with { Outfits = [new Outfit(name, ["hat"], null)] }], Name = name };

        var card = ModelCard.Write(release, [new("aoi.safetensors", Hash)]);

        Assert.Contains($"\n# {written}\n", card, StringComparison.Ordinal);
        Assert.Contains($"\n| {written} | `aoi, hat` |\n", card, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a`b", "``a`b``", "'a`b'")]
    [InlineData("``a`", "``` ``a` ```", "'``a`'")]
    [InlineData("<b>&amp;", "`<b>&amp;`", "'<b>&amp;'")]
    [InlineData(@"a\|b`", "<code>a&#92;&#124;b&#96;</code>", @"'a\|b`'")]
    [InlineData("a\nb: 'c'", "`a b: 'c'`", "\"a\\u000Ab: 'c'\"")]
    public void Code_in_the_card_ends_where_it_ends(string trigger, string code, string yaml)
    {
        var release = Aoi() with { Characters = [Character.Named(trigger) with { Outfits = [new Outfit("hat", [], null)] }] };

        var card = ModelCard.Write(release, [new("aoi.safetensors", Hash)]);

        Assert.Contains($"\nTrigger: {code}\n", card, StringComparison.Ordinal);
        Assert.Contains($"\n| hat | {code} |\n", card, StringComparison.Ordinal);
        Assert.Contains($"\ninstance_prompt: {yaml}\n---\n", card, StringComparison.Ordinal);
    }

    [Fact]
    public void The_card_says_what_to_write_into_a_prompt_and_what_it_was_trained_on()
    {
        var card = ModelCard.Write(Aoi() with { Date = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000) }, [new("aoi.safetensors", Hash)]);

        Assert.Contains(@"Trigger: `manhattan cafe \(umamusume\)`", card, StringComparison.Ordinal);
        Assert.Contains(
            @"| race uniform | `manhattan cafe \(umamusume\), cafe race, black vest, yellow necktie` |", card, StringComparison.Ordinal);
        Assert.Contains($"| base model | `model.safetensors`, SHA-256 `{Hash}` |", card, StringComparison.Ordinal);
        Assert.Contains("| pictures | 1, 16 samples an epoch (16x1) |", card, StringComparison.Ordinal);
        Assert.Contains("| `seed` | 42 |", card, StringComparison.Ordinal);
        Assert.Contains("| date | 2023-11-14T22:13:20Z |", card, StringComparison.Ordinal);
        Assert.StartsWith("---\ntags:\n", card, StringComparison.Ordinal);
        Assert.Contains("instance_prompt: 'manhattan cafe \\(umamusume\\)'\n---\n", card, StringComparison.Ordinal);
    }

    [Fact]
    public void Inputs_are_named_within_the_project_and_others_by_their_name_alone()
    {
        var read = new Dictionary<string, ContentHash>
        {
            ["/home/me/aoi/images/high/1.png"] = Hash,
            ["/home/me/aoi/obj/lora/normalized/1.png"] = Hash,
            ["/home/me/lorabuild/build/../worker/LoraBuild.Worker.dll"] = Hash,
            ["/home/me/aoi-2/images/2.png"] = Hash,
            ["/home/me/models/sd.safetensors"] = Hash,
        };

        Assert.Equal(
            [new("2.png", Hash), new("images/high/1.png", Hash), new("sd.safetensors", Hash)],
            ReleaseInput.Of(read, "/home/me/aoi", ["/home/me/aoi/obj/lora", "/home/me/lorabuild/worker"]));
    }

    private static Release Aoi() => new(
        "aoi",
        [Character.Named(@"manhattan cafe \(umamusume\)") with { Outfits =
            [new Outfit("race uniform", ["black vest", "yellow necktie"], "cafe race")] }],
        new DatasetManifest(
            ["aoi"],
            [new DatasetGroup("16_aoi", 16, [new DatasetPicture("1.png", Hash.ToString(), 64, 64, "aoi", "images/high/1.png", null)])]),
        [new("model.safetensors", Hash)],
        new TrainingSettings { NetworkWeights = "/home/me/other.safetensors" },
        new Dictionary<string, string> { ["LoraUndecided"] = "drop" },
        [new("images/high/1.png", Hash)],
        new Dictionary<string, string> { ["LoraBuild"] = "1.0.0" },
        Date: null);
}
