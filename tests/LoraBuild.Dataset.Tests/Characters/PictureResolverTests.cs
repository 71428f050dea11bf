using System.Text;
using System.Text.Json;
using FsCheck.Xunit;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.CharacterFiles;
using LoraBuild.Dataset.Characters;
using LoraBuild.Dataset.Edits;

namespace LoraBuild.Dataset.Tests.Characters;

public class PictureResolverTests
{
    [Fact]
    public void A_split_makes_a_picture_of_each_part_with_its_own_edits()
    {
        var resolved = Resolve(
            """
            trigger: aoi
            outfits: {race: {tags: [hat]}}
            edits:
              images/high/two.png:
                crop: [0, 0, 90, 90]
                split: {left: [0, 0, 0.5, 1], right: {area: [0.5, 0, 1, 1], outfit: race, repeats: 2, tags: {add: [hat]}, hidden: [shoes]}}
                erase: [{rect: [0, 0, 5, 5], to: black}]
            hidden: {images/high/two.png: [belt]}
            """,
            ["images/high/two.png"]);
        Assert.Empty(resolved.Diagnostics);
        var (left, right) = (resolved.Pictures[0], resolved.Pictures[1]);
        var crop = new CropEdit(new Rectangle(0, 0, 90, 90));
        var erase = new EraseEdit(new RectangleShape(new Rectangle(0, 0, 5, 5)), 0);
        Assert.Equal([crop, new CropEdit(new Rectangle(0, 0, 0.5, 1)), erase], left.Edits);
        Assert.Equal([crop, new CropEdit(new Rectangle(0.5, 0, 1, 1)), erase], right.Edits);
        Assert.Equal(("two-left", "images/high/two.png", "left", 16, null), (left.Id, left.Source, left.Part, left.Repeats, left.Outfit));
        Assert.Equal(("two-right", "right", 2, "race"), (right.Id, right.Part, right.Repeats, right.Outfit));
        Assert.Equal(["belt"], left.Hidden);
        Assert.Equal(["belt", "shoes"], right.Hidden);
        Assert.Equal(["hat"], Assert.Single(right.TagEdits).Add);
        Assert.Empty(left.TagEdits);
    }

    [Theory]
    [InlineData("images/high/a.png", 16)]
    [InlineData("images/High/set 1/a.png", 16)]
    [InlineData("images/medium/a.png", 8)]
    [InlineData("images/race/low/a.png", 4)]
    [InlineData("images/low/high/a.png", 16)]
    [InlineData("images/12_aoi/a.png", 12)]
    [InlineData("images/highlights/a.png", 8)]
    [InlineData("images/high.png", 8)]
    [InlineData("images/08_aoi/a.png", 8)]
    [InlineData("images/ 12_aoi/a.png", 12)]
    [InlineData("images/\uFF11\uFF12_aoi/a.png", 12)]
    [InlineData("images/_12/a.png", 8)]
    [InlineData("low/images/a.png", 4)]
    public void Repeats_come_from_the_innermost_quality_folder(string path, int repeats) =>
        Assert.Equal(repeats, Assert.Single(Resolve("trigger: aoi", [path]).Pictures).Repeats);

    [Fact]
    public void Metadata_wins_over_folders_and_a_path_given_twice_is_one_picture()
    {
        var character = CharacterFile.Parse("trigger: aoi\noutfits: {race: {tags: [hat]}, casual: {tags: [cap]}}", "c.yaml").Character!;
        SourcePicture[] pictures =
            [new("images/high/race/a.png"), new("images/high/race/a.png", "3", "CASUAL"), new("images/high/race/b.png", "", " ")];
        var resolved = CastResolver.Resolve([new(character, "")], pictures, []);
        Assert.Empty(resolved.Diagnostics);
        Assert.Equal(
            [("a", 3, "casual"), ("b", 16, "race")], resolved.Pictures.Select(picture => (picture.Id, picture.Repeats, picture.Outfit!)));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-3")]
    [InlineData("1.5")]
    [InlineData("ten")]
    [InlineData("99999999999")]
    public void Bad_repeats_are_an_error_that_names_the_picture(string repeats)
    {
        var resolved = CastResolver.Resolve([new(Character.Named("aoi"), "")], [new("images/low/a.png", repeats)], []);
        var diagnostic = Assert.Single(resolved.Diagnostics);
        Assert.Equal(
            (DiagnosticCode.InvalidMetadata, Severity.Error, "images/low/a.png"), (diagnostic.Code, diagnostic.Severity, diagnostic.File));
        Assert.Equal(4, Assert.Single(resolved.Pictures).Repeats);
    }

    [Fact]
    public void An_outfit_that_is_not_known_is_an_error_with_a_suggestion()
    {
        var character = CharacterFile.Parse("trigger: aoi\noutfits: {race uniform: {tags: [hat]}}", "c.yaml").Character!;
        var diagnostic =
            Assert.Single(CastResolver.Resolve([new(character, "")], [new("images/a.png", null, "race unifrom")], []).Diagnostics);
        Assert.Equal(DiagnosticCode.UnknownReference, diagnostic.Code);
        Assert.Contains("Did you mean 'race uniform'?", diagnostic.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void None_by_metadata_or_for_a_part_is_no_outfit_unless_one_is_called_so()
    {
        const string yaml =
            "trigger: aoi\noutfits: {race: {tags: [hat]}}\nedits:\n  images/race/b.png: {split: {left: {area: [0, 0, 0.5, 1], outfit: "
            + "None}, right: [0.5, 0, 1, 1]}}";
        SourcePicture[] pictures = [new("images/race/a.png", null, " none "), new("images/race/b.png")];
        var resolved = CastResolver.Resolve([new(CharacterFile.Parse(yaml, "c.yaml").Character!, "")], pictures, []);
        Assert.Empty(resolved.Diagnostics);
        Assert.Equal(["none", "none", "race"], resolved.Pictures.Select(picture => picture.Outfit));

        var called = CharacterFile.Parse("trigger: aoi\noutfits: {None: {tags: [hat]}}", "c.yaml").Character!;
        Assert.Equal(
            "None", Assert.Single(CastResolver.Resolve([new(called, "")], [new("images/a.png", null, "none")], []).Pictures).Outfit);
    }

    [Fact]
    public void A_picture_knows_where_its_edits_stand()
    {
        const string yaml =
            "trigger: aoi\nedits:\n  images/low/*: {trim: true}\n  images/low/a.png: {flip: vertical}\n  images/high/b.png: {flip: "
            + "vertical}";
        var pictures = Resolve(yaml, ["images/low/a.png", "images/high/b.png", "images/c.png"]).Pictures;
        Assert.Equal([null, "c.yaml, line 5", "c.yaml, lines 3 and 4"], pictures.Select(picture => picture.EditsAt));
    }

    [Fact]
    public void A_picture_that_is_not_there_is_an_error_at_its_line_and_an_idle_glob_a_warning()
    {
        var resolved =
            Resolve(
                "trigger: aoi\nedits:\n  images/high/tow.png: {crop: [0, 0, 5, 5]}\ntags:\n  images/low/*: {remove: [hat]}\n",
                ["images/high/two.png"]);
        Assert.Equal(
            [
                new Diagnostic(
                    DiagnosticCode.UnknownReference, Severity.Error,
                    "There is no picture 'images/high/tow.png'. Did you mean 'images/high/two.png'?", "c.yaml", 3, 3),
                new Diagnostic(DiagnosticCode.UnknownReference, Severity.Warning, "No picture matches 'images/low/*'.", "c.yaml", 5, 3),
            ],
            resolved.Diagnostics);
    }

    [Theory]
    [InlineData("images/**", "images/high/x/a.png", true)]
    [InlineData("images/**/a.png", "images/a.png", true)]
    [InlineData("images/*/a.png", "images/high/x/a.png", false)]
    [InlineData("images/*.png", "images/a.jpg", false)]
    [InlineData("images/a?.png", "images/ab.png", true)]
    [InlineData("images/a+(b).*", "images/a+(b).png", true)]
    [InlineData("**/high/**", "images/high/a.png", true)]
    [InlineData("images/high", "images/high/a.png", false)]
    public void A_glob_matches_as_authors_know_it(string glob, string path, bool matches)
    {
        var resolved = Resolve($"trigger: aoi\nhidden:\n  '{glob}': [shoes]", [path]);
        Assert.Equal(matches, resolved.Pictures[0].Hidden.Count == 1);
    }

    [Fact]
    public void A_path_that_is_spelled_out_is_no_glob()
    {
        var resolved = Resolve("trigger: aoi\nhidden:\n  images/what?.png: [shoes]", ["images/what?.png", "images/whats.png"]);
        Assert.Equal([1, 0], resolved.Pictures.Select(picture => picture.Hidden.Count));
    }

    [Fact]
    public void Entries_that_name_the_same_picture_apply_in_the_files_order()
    {
        var resolved = Resolve(
            "trigger: aoi\ntags:\n  images/**: {add: [one]}\n  images/a.png: {add: [two]}\n  images/*: {add: [three]}\n", ["images/a.png"]);
        Assert.Equal(["one", "two", "three"], resolved.Pictures[0].TagEdits.SelectMany(edit => edit.Add));
    }

    [Fact]
    public void Two_splits_of_one_picture_are_an_error()
    {
        var resolved =
            Resolve("trigger: a\nedits:\n  a.png: {split: {l: [0, 0, 0.5, 1]}}\n  '*.png': {split: {r: [0.5, 0, 1, 1]}}", ["a.png"]);
        Assert.Equal(DiagnosticCode.InvalidValue, Assert.Single(resolved.Diagnostics).Code);
    }

    [Fact]
    public void A_tag_file_belongs_to_the_picture_beside_it_and_a_part_has_its_own()
    {
        var resolved = Resolve(
            "trigger: a\nedits:\n  images/two.png: {split: {left: [0, 0, 0.5, 1], right: [0.5, 0, 1, 1]}}",
            ["images/one.png", "images/one.jpg", "images/two.png", "images/three.png"],
            ["images/one.txt", "images/one.jpg.txt", "images/two.txt", "images/two-right.txt"]);
        Assert.Equal(
            ["images/one.jpg.txt", "images/one.txt", null, null, "images/two-right.txt"],
            resolved.Pictures.Select(picture => picture.TagFile));
        var diagnostic = Assert.Single(resolved.Diagnostics);
        Assert.Equal(
            (DiagnosticCode.TagFileOfSplitPicture, Severity.Warning, "images/two.txt"),
            (diagnostic.Code, diagnostic.Severity, diagnostic.File));
        Assert.Contains("images/two-left.txt, images/two-right.txt", diagnostic.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_is_found_in_whichever_of_Unicodes_forms_it_is_written()
    {
        const string composed = "\u00E9", decomposed = "e\u0301";
        var resolved = Resolve(
            $"trigger: a\noutfits: {{{composed}: {{tags: [hat]}}}}\nhidden: {{images/{decomposed}/{composed}x.png: [hat]}}",
            [$"images/{decomposed}/{decomposed}x.png"],
            [$"images/{decomposed}/{composed}x.txt", $"images/{decomposed}/{composed}x.mask.png"]);

        Assert.Empty(resolved.Diagnostics);
        var picture = Assert.Single(resolved.Pictures);
        Assert.Equal(($"images/{decomposed}/{decomposed}x.png", $"images/{decomposed}/{composed}x.txt"), (picture.Source, picture.TagFile));
        Assert.Equal(($"images/{decomposed}/{composed}x.mask.png", composed, $"{composed}x"), (picture.Mask, picture.Outfit, picture.Id));
        Assert.Equal(["hat"], picture.Hidden);
    }

    [Theory]
    [InlineData("images/A.TXT", "LB3009", "Rename it to 'images/A.txt'")]
    [InlineData("images/a.txt", "LB3009", "Rename it to 'images/A.txt'")]
    [InlineData("images/b1.txt", "LB3009", "Did you mean 'images/b.txt'?")]
    [InlineData("images/two-lft.txt", "LB3009", "Did you mean 'images/two-left.txt'?")]
    [InlineData("images/notes.caption", "LB3009", "remove it")]
    [InlineData("images/a.MASK.PNG", "LB2012", "Rename it to 'images/A.mask.png'")]
    [InlineData("images/orphan.mask.png", "LB2012", "remove it")]
    public void A_file_that_fits_no_picture_is_told(string file, string code, string advice)
    {
        var resolved = Resolve(
            "trigger: a\nedits: {images/two.png: {split: {left: [0, 0, 0.5, 1]}}}", ["images/A.png", "images/b.png", "images/two.png"],
            [file]);

        var told = Assert.Single(resolved.Diagnostics);
        Assert.Equal((code, Severity.Warning, file), (told.Code, told.Severity, told.File));
        Assert.Contains(advice, told.Message, StringComparison.Ordinal);
        Assert.All(resolved.Pictures, picture => Assert.Null(picture.TagFile));
    }

    [Fact]
    public void Captions_of_sd_scripts_are_tag_files_where_there_is_no_other()
    {
        var resolved = Resolve("trigger: a", ["i/a.png", "i/b.png", "c.png"], ["i/a.caption", "i/b.caption", "i/b.txt", "prompts.txt"]);

        Assert.Equal([null, "i/a.caption", "i/b.txt"], resolved.Pictures.Select(picture => picture.TagFile));
        Assert.Equal(("LB3009", "i/b.caption"), (Assert.Single(resolved.Diagnostics).Code, resolved.Diagnostics[0].File));
    }

    [Theory]
    [InlineData("images/0_unused/", Severity.Warning, 0)]
    [InlineData("images/-3_x/", Severity.Warning, 0)]
    [InlineData("images/0_unused/high/", Severity.Warning, 0)]
    [InlineData("images/99999_x/", Severity.Error, 8)]
    [InlineData("images/99999999999999999999_x/", Severity.Error, 8)]
    [InlineData("images/1.5_x/", Severity.Warning, 8)]
    [InlineData("images/5_a/1e3_x/", Severity.Warning, 5)]
    public void A_folders_number_that_is_no_number_of_repeats_is_told_once(string folder, Severity severity, int repeats)
    {
        var resolved = Resolve("trigger: a", [$"{folder}a.png", $"{folder}b.png"], [$"{folder}a.txt"]);

        var told = Assert.Single(resolved.Diagnostics);
        Assert.Equal((DiagnosticCode.InvalidMetadata, severity, folder), (told.Code, told.Severity, told.File));
        Assert.Equal(repeats == 0 ? [] : [repeats, repeats], resolved.Pictures.Select(picture => picture.Repeats));
    }

    [Fact]
    public void What_is_said_of_a_picture_that_is_left_out_has_no_effect()
    {
        var resolved =
            Resolve("trigger: a\nhidden:\n  images/0_x/a.png: [hat]\n  images/low: [hat]", ["images/0_x/a.png", "images/low/b.png"]);

        Assert.Equal([Severity.Warning, Severity.Warning, Severity.Error], resolved.Diagnostics.Select(told => told.Severity));
        Assert.Contains("is left out, so that this has no effect", resolved.Diagnostics[1].Message, StringComparison.Ordinal);
        Assert.Contains("write 'images/low/**'", resolved.Diagnostics[2].Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("images/a b;c%20$(d)@'e\".png", "a_b_c_20__d___e_")]
    [InlineData("images/星野 アオイ.png", "星野_アオイ")]
    [InlineData("images/.hidden", ".hidden")]
    [InlineData("images/a.b.png", "a.b")]
    [InlineData("images/CON.png", "_CON")]
    [InlineData("images/nul.a.png", "_nul.a")]
    public void A_name_is_safe_for_files_and_MSBuild(string path, string id)
    {
        var picture = Assert.Single(Resolve("trigger: aoi", [path]).Pictures);
        Assert.Equal((id.Trim('.'), path), (picture.Id, picture.Source));
    }

    [Fact]
    public void Names_are_told_apart_by_folder_then_by_extension_and_only_where_they_clash() =>
        Assert.Equal(
            ["high-a", "low-a-jpg", "low-a-png", "b"],
            Resolve("trigger: aoi", ["images/high/a.png", "images/low/a.png", "images/low/a.jpg", "images/low/b.png"]).Pictures
                .Select(picture => picture.Id));

    [Fact]
    public void Names_that_differ_in_case_or_in_unsafe_characters_alone_do_not_clash()
    {
        var resolved = Resolve(
            "trigger: a\nedits: {images/two.png: {split: {left: [0, 0, 0.5, 1], Left: [0.5, 0, 1, 1]}}}",
            ["images/two.png", "images/two-left.png", "images/a b.png", "images/A;b.png", "images/a_b.png"]);
        AssertUnique(resolved);
    }

    [Fact]
    public void A_very_long_name_still_fits_a_file_system_and_is_unique()
    {
        var resolved = Resolve("trigger: a", [$"images/{new string('星', 80)}1.png", $"images/{new string('星', 80)}2.png"]);
        AssertUnique(resolved);
        Assert.All(resolved.Pictures, picture => Assert.InRange(Encoding.UTF8.GetByteCount(picture.Id), 1, 200));
    }

    [Property]
    public void Any_files_get_unique_names_that_do_not_depend_on_their_order(string?[] words)
    {
        var paths = words.Where(word => !string.IsNullOrEmpty(word))
            .SelectMany(word => (string[])[$"images/{word}.png", $"images/high/{word}.png", $"images/{word}.jpg"]).Distinct().ToArray();
        var resolved = Resolve("trigger: aoi", paths);
        AssertUnique(resolved);
        Assert.Equal(
            resolved.Pictures.Select(picture => picture.Id),
            Resolve("trigger: aoi", [.. paths.Reverse()]).Pictures.Select(picture => picture.Id));
    }

    [Fact]
    public void New_tag_files_are_of_one_picture_each_and_found_again()
    {
        (string, string?)[] pictures = [("a/x.png", null), ("a/x.jpg", null), ("b/x.png", null), ("b/y.png", "left"), (
            "b/y.webp", "left"), ("b/y.png", "right"), ("b/y-right.png", null), ("b/z", "left")];

        var names = PictureResolver.NewTagFiles(pictures);

        Assert.Equal(
            [
                "a/x.png.txt", "a/x.jpg.txt", "b/x.txt", "b/y.png-left.txt", "b/y.webp-left.txt", "b/y.png-right.txt", "b/y-right.png.txt",
                "b/z-left.txt",
            ],
            names);
        Assert.Equal(names, pictures.Select(picture => CompanionFiles.TagFileNames(picture.Item1, picture.Item2).First(names.Contains)));
    }

    [Fact]
    public void A_resolved_picture_survives_JSON()
    {
        var resolved = Resolve(
            "trigger: a\nedits: {a.png: {crop: [0, 0, 0.5, 1], erase: [{polygon: [[0, 0], [9, 0], [0, 9]]}]}}\ntags: {a.png: {replace: "
            + "{cup: mug}}}",
            ["a.png"]);
        var json = JsonSerializer.Serialize(resolved.Pictures[0]);
        var read = JsonSerializer.Deserialize<CharacterPicture>(json)!;
        Assert.Equal(json, JsonSerializer.Serialize(read));
        Assert.IsType<PolygonShape>(((EraseEdit)read.Edits[1]).Shape);
        Assert.Equal("mug", read.TagEdits[0].Replace["cup"]);
    }

    private static ResolvedPictures Resolve(string yaml, string[] paths, string[]? tagFiles = null)
    {
        var (character, diagnostics) = CharacterFile.Parse(yaml, "c.yaml");
        Assert.Empty(diagnostics);
        return CastResolver.Resolve([new(character!, "")], [.. paths.Select(path => new SourcePicture(path))], tagFiles ?? []);
    }

    private static void AssertUnique(ResolvedPictures resolved)
    {
        Assert.Equal(
            resolved.Pictures.Count, resolved.Pictures.Select(picture => picture.Id).Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.All(resolved.Pictures, picture => Assert.DoesNotContain(
            picture.Id, character => " ;%$()@'\"*?/\\:".Contains(character, StringComparison.Ordinal)));
    }
}
