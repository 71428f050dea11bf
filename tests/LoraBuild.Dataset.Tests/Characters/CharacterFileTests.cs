using FsCheck.Xunit;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.CharacterFiles;
using LoraBuild.Dataset.Characters;
using LoraBuild.Dataset.Edits;

namespace LoraBuild.Dataset.Tests.Characters;

public sealed class CharacterFileTests : IDisposable
{
    private const string Full =
        """
        # character.yaml
        trigger: manhattan cafe \(umamusume\)      # first tag of every caption
        aliases: [manhattan_cafe_(umamusume), cafe]
        features:
          patterns: ['[a-z\s]+ tattoo']
          tags: [horse girl]
          keep: [closed eyes]
          defaults: false
        outfits:
          race uniform:
            trigger: cafe race uniform
            when: {any: [yellow necktie], all: [black_coat]}
            tags: [black choker, black gloves,
                   white footwear]
          casual:
            tags: blue sweater, brown shorts
        edits:
          images/high/two.png:
            crop: [10, 20, 900, 1180]
            split: {left: [0, 0, 0.5, 1], right: {area: [0.5, 0, 1, 1], outfit: Casual, repeats: 3, tags: {remove: [hat]}, hidden: [shoes]}}
          ./images\low\circle.png:
            erase:
              - {circle: [500, 400, 320], to: white}
              - {flood: [3, 4], to: '#ff8000', tolerance: 7}
              - {polygon: [[0, 0], [0.5, 0], [0, 0.25]], to: black}
            crop: [0, 0, 1, 0.5]
        tags:
          images/low/**: {add: [indoors], remove: [blurry], replace: {cup: mug}}
        hidden:
          images/high/portrait.png: [shoes, white_footwear]
        """;

    private readonly string file = Path.GetTempFileName();

    public void Dispose() => File.Delete(file);

    [Fact]
    public void Edits_are_read_in_the_order_in_which_they_are_written_and_may_come_twice_in_a_list()
    {
        const string Text =
            """
            trigger: aoi
            edits:
              a.png:
                - {trim: true, rotate: 90, crop: [0, 0, 10, 10]}
                - {trim: {tolerance: 0}, flip: vertical, pad: square}
                - {pad: {sides: [0, 0.5, 0, 0], to: black}, background: white}
                - {background: {to: black, by: flood, edge: 0, tolerance: 3}}
                - {rotate: -90}
                - {rotate: {by: -2.5, to: black}}
            """;
        var (character, diagnostics) = CharacterFile.Parse(Text, "c.yaml");
        Assert.Empty(diagnostics);
        Edit[] expected =
        [
            new TrimEdit(10), new RotateEdit(90), new CropEdit(new Rectangle(0, 0, 10, 10)), new TrimEdit(0),
            new FlipEdit(FlipDirection.Vertical),
            new PadEdit(null, 0xFFFFFF), new PadEdit(new Margins(0, 0.5, 0, 0), 0), new BackgroundEdit(0xFFFFFF, 32, 2, false),
            new BackgroundEdit(0, 3, 0, true),
            new RotateEdit(270), new RotateEdit(357.5, 0),
        ];
        Assert.Equal(expected, character!.Edits[0].Steps.Select(step => ((ApplyStep)step).Edit));
    }

    [Theory]
    [InlineData("edits: {a.png: {}}", 9)]
    [InlineData("edits: {a.png: {crop: [0, 0, 1, 1]}}", 23)]
    [InlineData("edits: {a.png: {rotate: 360}}", 25)]
    [InlineData("edits: {a.png: {pad: [0, 0, 0, 0]}}", 22)]
    [InlineData("edits: {a.png: {trim: false}}", 23)]
    [InlineData("edits: {a.png: {erase: []}}", 24)]
    [InlineData("hidden: {a.png: []}", 10)]
    public void An_entry_that_changes_nothing_is_told_with_its_place(string entry, int column)
    {
        var (character, diagnostics) = CharacterFile.Parse($"trigger: aoi\n{entry}", "c.yaml");

        Assert.NotNull(character);
        var told = Assert.Single(diagnostics);
        Assert.Equal((DiagnosticCode.NoEffect, Severity.Warning, 2, column), (told.Code, told.Severity, told.Line, told.Column));
    }

    [Theory]
    [InlineData("outfits: {a: {tags: [hat, cap, HAT]}}", 32, "'HAT' stands twice in tags of outfit 'a', first in line 2")]
    [InlineData("outfits: {a: {tags: 'hat, cap, hat'}}", 21, "'hat' stands twice")]
    [InlineData("outfits: {a: {tags: [hat], when: {any: [cap, cap]}}}", 46, "'cap' stands twice in any")]
    [InlineData("outfits: {a: {tags: [hat], trigger: Aoi}}", 37, "is the character's own")]
    [InlineData("tags: {a.png: {add: [hat, hat]}}", 27, "'hat' stands twice in add")]
    [InlineData("tags: {a.png: {add: [hat], remove: [cap, hat]}}", 42, "'hat' stands under remove and under add")]
    [InlineData("tags: {a.png: {remove: [hat], replace: {hat: cap}}}", 25, "'hat' stands under remove, which comes first")]
    [InlineData("tags: {a.png: {replace: {belt: belt}}}", 26, "'belt' is replaced by itself")]
    [InlineData("hidden: {a.png: [hat, hat]}", 23, "'hat' stands twice in a.png")]
    [InlineData("features: {tags: [ahoge, ahoge]}", 26, "'ahoge' stands twice in features.tags")]
    [InlineData("features: {tags: [mole, ahoge], keep: [ahoge]}", 25, "'ahoge' stands under features.tags and under features.keep")]
    [InlineData("features: {patterns: [a+, a+]}", 27, "'a+' stands twice in patterns")]
    [InlineData("aliases: [b, b]", 14, "'b' stands twice in aliases")]
    [InlineData("edits: {a.png: [{flip: horizontal}, {flip: horizontal}]}", 44, "together they leave the picture as it is")]
    [InlineData("edits: {a.png: [{rotate: 90}, {rotate: -90}]}", 40, "together they leave the picture as it is")]
    public void What_has_no_effect_beside_another_entry_is_told_with_its_place(string entry, int column, string message)
    {
        var (character, diagnostics) = CharacterFile.Parse($"trigger: aoi\n{entry}\n", "c.yaml");

        Assert.NotNull(character);
        var told = Assert.Single(diagnostics);
        Assert.Equal((DiagnosticCode.NoEffect, 2, column), (told.Code, told.Line, told.Column));
        Assert.Contains(message, told.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("edits: {a.png: [{flip: horizontal}, {flip: vertical}]}")]
    [InlineData("edits: {a.png: [{flip: horizontal}, {crop: [0, 0, 9, 9]}, {flip: horizontal}]}")]
    [InlineData("edits: {a.png: [{rotate: 90}, {rotate: 90}]}")]
    [InlineData("tags: {a.png: {add: [hat], remove: [cap], replace: {cap: bow}}, b.png: {remove: [hat]}}", true)]
    public void What_has_one_is_not(string entry, bool isRemovedFirst = false) => Assert.Equal(
        isRemovedFirst ? 1 : 0, CharacterFile.Parse($"trigger: aoi\n{entry}\n", "c.yaml").Diagnostics.Count);

    [Theory]
    [InlineData("(aoi:1.2)", true)]
    [InlineData("[aoi]", true)]
    [InlineData("aoi (game)", false)]
    [InlineData("'aoi \\(game\\)'", false)]
    public void Brackets_that_would_weigh_a_trigger_word_are_told(string trigger, bool isTold)
    {
        var told = CharacterFile.Parse($"trigger: \"{trigger}\"\n".Replace("\"'", "'").Replace("'\"", "'"), "c.yaml").Diagnostics;
        Assert.Equal(isTold ? [(DiagnosticCode.WeightsNotSet, 1, 10)] : [], told.Select(one => (one.Code, one.Line, one.Column)));
    }

    [Fact]
    public void Brackets_that_weigh_a_part_of_an_outfit_know_their_place()
    {
        var character = CharacterFile.Parse("trigger: aoi\noutfits:\n  a: {tags: [hat, (belt:1.2)]}\n", "c.yaml").Character!;
        var told = Assert.Single(character.WeightedParts());
        Assert.Equal((DiagnosticCode.WeightsNotSet, 3, 19), (told.Code, told.Line, told.Column));
    }

    [Fact]
    public void Keys_and_names_are_read_without_what_nobody_sees()
    {
        var (character, diagnostics) =
            CharacterFile.Parse("trigger\u200B: a\u200Boi\noutfits: {ra\u00ADce: {tags: [hat\uFEFF]}}", "c.yaml");

        Assert.Empty(diagnostics);
        Assert.Equal(("aoi", "race", "hat"), (character!.Trigger, character.Outfits[0].Name, character.Outfits[0].Tags[0]));
    }

    [Fact]
    public void Tags_and_patterns_know_their_places()
    {
        var character = CharacterFile.Parse(
            "trigger: aoi\nfeatures:\n  keep: [black_hat,\n    cap]\n  patterns: ['a+']\noutfits: {race: {tags: 'hat, cap'}}\n",
            "c.yaml").Character!;

        Assert.Equal((3, 10), character.Places[("features.keep", "black hat")]);
        Assert.Equal((4, 5), character.Places[("features.keep", "cap")]);
        Assert.Equal((5, 14), character.Places[("features.patterns", "a+")]);
        Assert.Equal((6, 24), character.Places[("outfits.race.tags", "cap")]);
    }

    [Fact]
    public void Everything_that_a_file_can_say_is_read()
    {
        File.WriteAllText(file, Full);
        var (character, diagnostics) = CharacterFile.Read(file);
        Assert.Empty(diagnostics);
        Assert.Equal(file, character!.File);
        Assert.Equal(@"manhattan cafe \(umamusume\)", character.Trigger);
        Assert.Equal([@"manhattan cafe \(umamusume\)", "cafe"], character.Aliases);
        Assert.Equal([@"[a-z\s]+ tattoo"], character.Features.Patterns);
        Assert.Equal(
            (["horse girl"], ["closed eyes"], false),
            (character.Features.Tags.ToArray(), character.Features.Keep.ToArray(), character.Features.UseDefaults), TagsEqual);
        Assert.Equal(["race uniform", "casual"], character.Outfits.Select(outfit => outfit.Name));
        var race = character.Outfits[0];
        Assert.Equal(("cafe race uniform", 10, 3), (race.Trigger, race.Line, race.Column));
        Assert.Equal((["yellow necktie"], ["black coat"], true), (race.When!.Any.ToArray(), race.When.All.ToArray(), true), TagsEqual);
        Assert.Equal(["black choker", "black gloves", "white footwear"], race.Tags);
        Assert.Equal(["blue sweater", "brown shorts"], character.Outfits[1].Tags);
        Assert.Equal(["images/high/two.png", "images/low/circle.png"], character.Edits.Select(edit => edit.Pictures.Text));
        Assert.True(character.Tags[0].Pictures.IsGlob);
        Assert.Equal("mug", character.Tags[0].Edit.Replace["cup"]);
        Assert.Equal(["shoes", "white footwear"], character.Hidden[0].Tags);
    }

    [Fact]
    public void Edits_keep_the_order_in_which_they_are_written()
    {
        var character = CharacterFile.Parse(Full, "c.yaml").Character!;
        Assert.Equal(new ApplyStep(new CropEdit(new Rectangle(10, 20, 900, 1180))), character.Edits[0].Steps[0]);
        var split = Assert.IsType<SplitStep>(character.Edits[0].Steps[1]);
        Assert.Equal(new SplitPart("left", new Rectangle(0, 0, 0.5, 1)), split.Parts[0]);
        Assert.Equal(
            ("right", new Rectangle(0.5, 0, 1, 1), "casual", 3),
            (split.Parts[1].Name, split.Parts[1].Area, split.Parts[1].Outfit, split.Parts[1].Repeats));
        Assert.Equal(["hat"], split.Parts[1].Tags!.Remove);
        Assert.Equal(["shoes"], split.Parts[1].Hidden!);

        var edits = character.Edits[1].Steps.Select(step => ((ApplyStep)step).Edit).ToArray();
        Assert.Equal(new EraseEdit(new CircleShape(500, 400, 320), 0xFFFFFF), edits[0]);
        Assert.Equal(new EraseEdit(new FloodShape(3, 4, 7), 0xFF8000), edits[1]);
        Assert.Equal([[0, 0], [0.5, 0], [0, 0.25]], Assert.IsType<PolygonShape>(((EraseEdit)edits[2]).Shape).Points);
        Assert.Equal(new CropEdit(new Rectangle(0, 0, 1, 0.5)), edits[3]);
    }

    [Fact]
    public void A_trigger_alone_is_a_character()
    {
        var character = CharacterFile.Parse("trigger: aoi\noutfits:\nedits:\nhidden:\n", "c.yaml").Character!;
        Assert.Equal("aoi", character.Trigger);
        Assert.Empty(character.Outfits);
        Assert.True(character.Features.UseDefaults);
    }

    [Fact]
    public void Words_that_YAML_takes_for_other_things_are_tags_all_the_same() =>
        Assert.Equal(
            ["2girls", "no", "^_^", "0.5"],
            CharacterFile.Parse("trigger: aoi\naliases: [2girls, no, ^_^, 0.5]", "c.yaml").Character!.Aliases);

    [Fact]
    public void Numbers_are_those_of_YAML_1_2()
    {
        var character =
            CharacterFile.Parse(
                "trigger: aoi\nedits:\n  a.png: {crop: [0.0, .25, 5e-1, +1], rotate: 9e1}\n  b.png: {crop: [0x0, 0o10, 0x20, 40]}",
                "c.yaml").Character!;

        Assert.Equal(
            [new ApplyStep(new CropEdit(new Rectangle(0, 0.25, 0.5, 1))), new ApplyStep(new RotateEdit(90))], character.Edits[0].Steps);
        Assert.Equal([new ApplyStep(new CropEdit(new Rectangle(0, 8, 32, 40)))], character.Edits[1].Steps);
    }

    [Fact]
    public void Tabs_where_YAML_takes_them_are_no_error()
    {
        var character = CharacterFile.Parse("trigger:\taoi\naliases: [a,\tb]\t# more\n", "c.yaml").Character!;

        Assert.Equal(["a", "b"], character.Aliases);
    }

    [Theory]
    [InlineData("./images/a.png", "images/a.png")]
    [InlineData("images/low/../high/./a.png", "images/high/a.png")]
    [InlineData("../images/a.png", "../images/a.png")]
    [InlineData("**/../a.png", "**/../a.png")]
    public void A_path_is_compared_in_its_plain_form(string key, string path) => Assert.Equal(
        path, CharacterFile.Parse($"trigger: aoi\nhidden:\n  '{key}': [hat]", "c.yaml").Character!.Hidden[0].Pictures.Text);

    [Fact]
    public void A_list_can_be_written_once_and_named_again()
    {
        var character =
            CharacterFile.Parse("trigger: a\nhidden:\n  images/a.png: &legs [shoes]\n  images/b.png: *legs\n", "c.yaml").Character!;
        Assert.Equal(["shoes"], character.Hidden[1].Tags);
    }

    // Line and column of each error, and a part of its message.
    [Theory]
    [InlineData("", DiagnosticCode.MissingKey, 1, 1, "trigger is missing")]
    [InlineData("# nothing\n", DiagnosticCode.MissingKey, 1, 1, "trigger is missing")]
    [InlineData("- trigger: aoi", DiagnosticCode.InvalidValue, 1, 1, "character.yaml must be a mapping")]
    [InlineData("aliases: [aoi]", DiagnosticCode.MissingKey, 1, 1, "trigger is missing")]
    [InlineData("trigger: aoi\noutfit:\n  a: {tags: [hat]}", DiagnosticCode.UnknownKey, 2, 1, "Did you mean 'outfits'?")]
    [InlineData("trigger: aoi\nzzz: 1", DiagnosticCode.UnknownKey, 2, 1, "no key 'zzz'. Its keys are trigger")]
    [InlineData("trigger: aoi\ntrigger: mei", DiagnosticCode.InvalidValue, 2, 1, "'trigger' stands twice, first in line 1")]
    [InlineData("trigger: [aoi]", DiagnosticCode.InvalidValue, 1, 10, "trigger must be a text")]
    [InlineData("trigger:", DiagnosticCode.InvalidValue, 1, 9, "trigger must be a text")]
    [InlineData("trigger: \"\\u200b\"", DiagnosticCode.InvalidValue, 1, 10, "no character that can be seen")]
    [InlineData("trigger: aoi, mei", DiagnosticCode.InvalidValue, 1, 10, "single tag")]
    [InlineData("trigger: aoi\naliases: {a: b}", DiagnosticCode.InvalidValue, 2, 10, "aliases must be a list")]
    [InlineData("trigger: aoi\naliases:\n  - a\n  - [b]", DiagnosticCode.InvalidValue, 4, 5, "must be a text")]
    [InlineData("trigger: aoi\nfeatures: {paterns: []}", DiagnosticCode.UnknownKey, 2, 12, "Did you mean 'patterns'?")]
    [InlineData(
        "trigger: aoi\nfeatures:\n  patterns:\n    - '[a-z'", DiagnosticCode.InvalidValue, 4, 7,
        "'[a-z' is not a regular expression: Invalid pattern '[a-z'")]
    [InlineData("trigger: aoi\nfeatures: {patterns: 'a)|(b'}", DiagnosticCode.InvalidValue, 2, 22, "not a regular expression")]
    [InlineData("trigger: aoi\nfeatures: {defaults: maybe}", DiagnosticCode.InvalidValue, 2, 22, "true or false")]
    [InlineData("trigger: aoi\noutfits: [race]", DiagnosticCode.InvalidValue, 2, 10, "outfits must be a mapping")]
    [InlineData("trigger: aoi\noutfits:\n  race:\n    trigger: x", DiagnosticCode.MissingKey, 3, 3, "outfit 'race' has no tags")]
    [InlineData("trigger: aoi\noutfits:\n  race:\n", DiagnosticCode.MissingKey, 3, 3, "outfit 'race' has no tags")]
    [InlineData("trigger: aoi\noutfits:\n  race: {tags: []}", DiagnosticCode.InvalidValue, 3, 16, "has no tags")]
    [InlineData("trigger: aoi\noutfits:\n  race: {tags: [hat], when: {}}", DiagnosticCode.InvalidValue, 3, 29, "names no tag")]
    [InlineData("trigger: aoi\noutfits:\n  race: {tags: [hat], when: {some: [hat]}}", DiagnosticCode.UnknownKey, 3, 30, "no key 'some'")]
    [InlineData("trigger: aoi\nedits:\n  a.png: {pad: round}", DiagnosticCode.InvalidValue, 3, 16, "square or [left, top, right, bottom]")]
    [InlineData("trigger: aoi\nedits:\n  a.png: {pad: {to: white}}", DiagnosticCode.MissingKey, 3, 16, "no sides")]
    [InlineData("trigger: aoi\nedits:\n  a.png: {pad: [0.5, 0, 30, 0]}", DiagnosticCode.InvalidValue, 3, 16, "mixes pixels and fractions")]
    [InlineData("trigger: aoi\nedits:\n  a.png: {flip: 1}", DiagnosticCode.InvalidValue, 3, 17, "horizontal")]
    [InlineData("trigger: aoi\nedits:\n  a.png: {rotate: left}", DiagnosticCode.InvalidValue, 3, 19, "degrees clockwise")]
    [InlineData("trigger: aoi\nedits:\n  a.png: {rotate: 400}", DiagnosticCode.InvalidValue, 3, 19, "from -360 to 360")]
    [InlineData("trigger: aoi\nedits:\n  a.png: {rotate: {to: white}}", DiagnosticCode.MissingKey, 3, 19, "by: DEGREES")]
    [InlineData("trigger: aoi\nedits:\n  a.png: {trim: {tolerance: 256}}", DiagnosticCode.InvalidValue, 3, 29, "0 to 255")]
    [InlineData("trigger: aoi\nedits:\n  a.png: {background: whit}", DiagnosticCode.InvalidValue, 3, 23, "Did you mean 'white'?")]
    [InlineData("trigger: aoi\nedits:\n  a.png: {background: {by: magic}}", DiagnosticCode.InvalidValue, 3, 28, "model")]
    [InlineData(
        "trigger: aoi\nedits:\n  a.png: [{crop: [0, 0, 10, 10]}, {crob: 1}]", DiagnosticCode.UnknownKey, 3, 36, "Did you mean 'crop'?")]
    [InlineData("trigger: aoi\nedits:\n  a.png: {crop: [0, 0, 10]}", DiagnosticCode.InvalidValue, 3, 17, "list of 4 numbers")]
    [InlineData(
        "trigger: aoi\nedits:\n  a.png: {crop: [0, 0, ten, 10]}", DiagnosticCode.InvalidValue, 3, 24, "numbers that are not negative")]
    [InlineData(
        "trigger: aoi\nedits:\n  a.png: {crop: [0, -1, 10, 10]}", DiagnosticCode.InvalidValue, 3, 21, "numbers that are not negative")]
    [InlineData(
        "trigger: aoi\nedits:\n  a.png: {crop: [0, 0, NaN, 10]}", DiagnosticCode.InvalidValue, 3, 24, "numbers that are not negative")]
    [InlineData("trigger: aoi\nedits:\n  a.png: {crop: [10, 0, 10, 10]}", DiagnosticCode.InvalidValue, 3, 17, "right > left")]
    [InlineData(
        "trigger: aoi\nedits:\n  a.png: {crop: [0, 0, 0.5, 300]}", DiagnosticCode.InvalidValue, 3, 17, "mixes pixels and fractions")]
    [InlineData("trigger: aoi\nedits:\n  a.png: {split: {}}", DiagnosticCode.InvalidValue, 3, 18, "name its parts")]
    [InlineData(
        "trigger: x\nedits:\n  a.jpg:\n    split: {\"x/../../../../escaped\": [0, 0, 0.5, 1], r: [0.5, 0, 1, 1]}",
        DiagnosticCode.InvalidValue, 4, 13, "'x/../../../../escaped' has a slash")]
    [InlineData("trigger: x\nedits: {a.jpg: {split: {'..': [0, 0, 0.5, 1]}}}", DiagnosticCode.InvalidValue, 2, 25, "'..' means a folder")]
    [InlineData("trigger: x\nedits: {a.jpg: {split: {\"a\\0b\": [0, 0, 0.5, 1]}}}", DiagnosticCode.InvalidValue, 2, 25, "cannot be seen")]
    [InlineData(
        "trigger: x\nedits: {a.jpg: {split: {COM1: {area: [0, 0, 0.5, 1]}}}}", DiagnosticCode.InvalidValue, 2, 25,
        "is the name of a device")]
    [InlineData("trigger: aoi\nedits:\n  a.png: {split: {left: {outfit: race}}}", DiagnosticCode.MissingKey, 3, 25, "no area")]
    [InlineData(
        "trigger: aoi\nedits:\n  a.png: {split: {left: [0, 0, 1, 1], left: [0, 0, 1, 1]}}", DiagnosticCode.InvalidValue, 3, 39,
        "stands twice")]
    [InlineData(
        "trigger: aoi\noutfits: {race: {tags: [hat]}}\nedits:\n  a.png: {split: {left: {area: [0, 0, 1, 1], outfit: rase}}}",
        DiagnosticCode.UnknownReference, 4, 54, "Did you mean 'race'?")]
    [InlineData("trigger: aoi\nedits:\n  a.png: {erase: [{to: white}]}", DiagnosticCode.InvalidValue, 3, 19, "one shape")]
    [InlineData(
        "trigger: aoi\nedits:\n  a.png: {erase: [{rect: [0, 0, 1, 1], circle: [0, 0, 1]}]}", DiagnosticCode.InvalidValue, 3, 19,
        "one shape")]
    [InlineData("trigger: aoi\nedits:\n  a.png: {erase: [{circle: [5, 5, 0]}]}", DiagnosticCode.InvalidValue, 3, 28, "radius above 0")]
    [InlineData(
        "trigger: aoi\nedits:\n  a.png: {erase: [{polygon: [[0, 0], [5, 5]]}]}", DiagnosticCode.InvalidValue, 3, 29, "three points")]
    [InlineData(
        "trigger: aoi\nedits:\n  a.png: {erase: [{flood: [5, 5], tolerance: 256}]}", DiagnosticCode.InvalidValue, 3, 46, "from 0 to 255")]
    [InlineData(
        "trigger: aoi\nedits:\n  a.png: {erase: [{rect: [0, 0, 5, 5], tolerance: 9}]}", DiagnosticCode.InvalidValue, 3, 51,
        "belongs to flood")]
    [InlineData(
        "trigger: aoi\nedits:\n  a.png: {erase: [{rect: [0, 0, 5, 5], to: wite}]}", DiagnosticCode.InvalidValue, 3, 44,
        "Did you mean 'white'?")]
    [InlineData(
        "trigger: aoi\nedits:\n  a.png:\n    erase:\n      - rect: [0, 0, 5, 5]\n        to: #ffffff", DiagnosticCode.InvalidValue, 6, 12,
        "begins a comment")]
    [InlineData("trigger: aoi\nedits:\n  /a.png: {crop: [0, 0, 5, 5]}", DiagnosticCode.InvalidValue, 3, 3, "from the character's folder")]
    [InlineData("trigger: aoi\nedits:\n  a.png: {crop: [0, 0, 1_000, 5]}", DiagnosticCode.InvalidValue, 3, 24, "; '1_000' is none")]
    [InlineData("trigger: aoi\nedits:\n  a.png: {crop: [0, 0, .inf, 5]}", DiagnosticCode.InvalidValue, 3, 24, "; '.inf' is none")]
    [InlineData(
        "trigger: aoi\nedits:\n  a.png: {split: {l: {area: [0, 0, 1, 1], repeats: 2.5}}}", DiagnosticCode.InvalidValue, 3, 52,
        "; '2.5' is none")]
    [InlineData("trigger: aoi\nhidden:\n  <<: {a.png: [shoes]}", DiagnosticCode.YamlSyntax, 3, 3, "Merge keys (<<) are not read")]
    [InlineData("trigger: aoi\nfeatures:\n  tags: [smile,\n\t hat]\n", DiagnosticCode.YamlSyntax, 4, 1, "A tab")]
    [InlineData("trigger: aoi\n# one\n# two\nfeatures:\n  tags:\n  \t- smile\n", DiagnosticCode.YamlSyntax, 6, 3, "A tab")]
    [InlineData("trigger: [a, b\naliases: []\nfeatures:\n\ttags: [smile]\n", DiagnosticCode.YamlSyntax, 1, 11, "is not closed")]
    [InlineData("trigger: aoi\naliases: [b]\n\t# comment\n", DiagnosticCode.YamlSyntax, 3, 1, "A tab")]
    [InlineData("trigger: aoi\ntags:\n  a.png: {replace: {cup: ''}}", DiagnosticCode.InvalidValue, 3, 26, "must be a text")]
    [InlineData("trigger: aoi\ntags:\n  a.png: [hat]", DiagnosticCode.InvalidValue, 3, 10, "must be a mapping")]
    [InlineData("trigger: aoi\nhidden:\n  a.png: {shoes: 1}", DiagnosticCode.InvalidValue, 3, 10, "must be a list")]
    [InlineData("trigger: [aoi", DiagnosticCode.YamlSyntax, 2, 1, "did not find expected")]
    [InlineData("trigger: aoi\n\taliases: [b]", DiagnosticCode.YamlSyntax, 2, 1, "")]
    [InlineData("trigger: \"aoi \\(b\\)\"", DiagnosticCode.YamlSyntax, 1, 15, @"a backslash is written \\")]
    [InlineData("trigger: aoi\naliases: [a, b\nhidden: {}", DiagnosticCode.YamlSyntax, 2, 11, "is not closed")]
    [InlineData("trigger: 'aoi\naliases: [b]", DiagnosticCode.YamlSyntax, 1, 10, "")]
    [InlineData("trigger: aoi\nhidden:\n  *.png: [hat]", DiagnosticCode.YamlSyntax, 3, 10, "must stand in quotes")]
    [InlineData("trigger: aoi\naliases: *nobody", DiagnosticCode.YamlSyntax, 2, 10, "")]
    [InlineData("trigger: aoi\n---\ntrigger: mei", DiagnosticCode.YamlSyntax, 2, 1, "more than one document")]
    [InlineData("? [a, b]\n: c", DiagnosticCode.YamlSyntax, 1, 3, "single word or phrase")]
    public void An_error_tells_its_line_and_column(string yaml, string code, int line, int column, string message)
    {
        var (character, diagnostics) = CharacterFile.Parse(yaml, "c.yaml");
        Assert.Null(character);
        var diagnostic = Assert.Single(diagnostics);
        Assert.Equal((code, "c.yaml", line, column), (diagnostic.Code, diagnostic.File, diagnostic.Line, diagnostic.Column));
        Assert.Contains(message, diagnostic.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_errors_are_told_at_once_in_the_files_order()
    {
        const string yaml = "triger: aoi\nhidden: [a]\noutfits:\n  race:\n    tag: [hat]\nedits:\n  a.png: {crop: [1, 2], turn: 90}\n";
        Assert.Equal(
            [
                (DiagnosticCode.UnknownKey, 1, 1), (DiagnosticCode.InvalidValue, 2, 9),
                (DiagnosticCode.MissingKey, 4, 3),
                (DiagnosticCode.UnknownKey, 5, 5), (DiagnosticCode.InvalidValue, 7, 17), (DiagnosticCode.UnknownKey, 7, 25),
            ],
            CharacterFile.Parse(yaml, "c.yaml").Diagnostics.Select(diagnostic => (diagnostic.Code, diagnostic.Line, diagnostic.Column)));
    }

    [Fact]
    public void A_file_that_is_not_UTF_8_is_told_with_the_place()
    {
        File.WriteAllBytes(file, [.. "trigger: aoi\naliases: [caf"u8, 0xE9, .. "]"u8]);
        var diagnostic = Assert.Single(CharacterFile.Read(file).Diagnostics);
        Assert.Equal((DiagnosticCode.YamlSyntax, file, 2, 14), (diagnostic.Code, diagnostic.File, diagnostic.Line, diagnostic.Column));
    }

    [Fact]
    public void A_missing_file_is_an_error_that_says_how_to_begin() =>
        Assert.Equal(DiagnosticCode.CharacterFileMissing, Assert.Throws<LoraBuildException>(() => CharacterFile.Read(
            file + ".gone")).Diagnostic.Code);

    [Fact]
    public void A_document_that_nests_without_end_is_an_error_and_no_crash() =>
        Assert.Equal(
            DiagnosticCode.YamlSyntax, Assert.Single(CharacterFile.Parse($"trigger: {new string('[', 5000)}", "c.yaml").Diagnostics).Code);

    [Property(MaxTest = 500)]
    public void No_text_at_all_makes_the_reader_throw(string? text, int[] cuts)
    {
        // Arbitrary text, and the full example with pieces cut out of it.
        var damaged = Full;
        foreach (var cut in cuts) damaged = damaged.Remove((cut & int.MaxValue) % damaged.Length, 1);
        foreach (var yaml in (string[])[text ?? "", damaged])
        {
            var (character, diagnostics) = CharacterFile.Parse(yaml, "c.yaml");
            Assert.Equal(character is null, diagnostics.Count > 0);
            Assert.All(diagnostics, diagnostic => Assert.True(diagnostic is { Line: > 0, Column: > 0 }, diagnostic.ToString()));
        }
    }

    private static bool TagsEqual((string[] One, string[] Two, bool Flag) left, (string[] One, string[] Two, bool Flag) right) =>
        left.One.SequenceEqual(right.One) && left.Two.SequenceEqual(right.Two) && left.Flag == right.Flag;
}
