using LoraBuild.Dataset.CharacterFiles;
using LoraBuild.Dataset.Characters;
using LoraBuild.Dataset.Dedupe;
using LoraBuild.Dataset.Features;
using LoraBuild.Dataset.Outfits;
using LoraBuild.Dataset.Tags;
using LoraBuild.Settings.Sampling;
using LoraBuild.Settings.SdScripts;
using LoraBuild.Tagging;

namespace LoraBuild.Fuzz;

/// <summary>Files that authors write.</summary>
internal static class TextReaders
{
    private static readonly IReadOnlyList<byte[]> YamlTokens = [.. FuzzReaders.Utf8(
        "&a ", "*a", "!!str ", "!<tag:%> ", "!%zz ", "%YAML 1.2\n", "%TAG ! x\n", "---\n", "...\n", "? ", "- ", ": ", "|\n", ">+9\n", "[",
        "]", "{", "}", "'", "\"", "\\x",
        "\\U00110000", "\t", "\n  ", "#", "<<: *a\n", "~", "trigger:", "outfits:", "edits:", "tags:", "hidden:", "features:", "patterns:",
        "keep:", "crop:", "split:", "**/",
        "*.png", "(a+)+$", "(?<=", "\\p{", "[[[[[[[[", "\u0085", "\u2028", "\ufeff"), [0], [0xFF], [0xC0, 0x80]];

    private static readonly IReadOnlyList<byte[]> TomlTokens = FuzzReaders.Utf8(
        "[", "]", "[[", "]]", "{", "}", "=", "\"", "'", "\"\"\"", "'''", "\\u", "\\U0011", "\\x", ".", "\n", "#", "1979-05-27T07:32:00Z",
        "inf", "nan", "0x", "1__0", "[a.b.c]\n",
        "a.b = 1\n", "network_args", "optimizer_args", "dataset_config", "resolution", "true", "\"a\" = ",
        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "\0");

    private static readonly IReadOnlyList<byte[]> PromptTokens = FuzzReaders.Utf8(
        " --n ", " --w ", " --h ", " --d ", " --s ", " --l ", " --ss ", "ddim", " -- ", "\n", "#", "(", ")", ":1.2)",
        "99999999999999999999", "\r", "- prompt: a\n  width: 1\n");

    private static readonly IReadOnlyList<byte[]> TagTokens = FuzzReaders.Utf8(
        ", ", " ", "\n", "(", ")", ":1.2)", "\\(", "_", "hair", " hair", "black skirt", "no ", "holding ", "^_^", " <- ", " </- ", " *",
        "# ", "\n  ", "* </- no *", "word ", "\u3000", "\u200b");

    private static readonly Character Aoi = Character.Named("hoshino aoi") with
    {
        Features = FeatureRules.Default with { Patterns = ["[a-z ]+ tattoo", "(a+)+b"] },
        Outfits = [new("race", ["white shirt", "yellow necktie", "black skirt"], When: new OutfitCondition(["necktie"], [])), new(
            "dress", ["white dress"])],
    };

    public static IReadOnlyList<FuzzReader> All { get; } =
    [
        new(
            "yaml",
            "character.yaml",
            [
                FuzzReaders.Data("character.yaml"),
                .. FuzzReaders.Utf8(
                    """
                    trigger: "hoshino \u0061oi"
                    aliases: [aoi, 'it''s', &again her]
                    features: {patterns: ['[a-z ]+ tattoo'], tags: [mole], keep: [*again], defaults: false}
                    outfits:
                      race: {trigger: aoi race, when: {any: [necktie], none: [nude]}, tags: [black skirt, white shirt]}
                    edits:
                      images/high/*.png: [{crop: [1, 2, 30, 40]}, {rotate: 90}]
                      "**/a.png":
                        split: {left: {crop: [0, 0, 10, 10], repeats: 4, outfit: race}, right: {crop: [10, 0, 10, 10]}}
                    tags:
                      a.png: {add: [x], remove: [y], replace: {a: b}}
                    hidden:
                      "**/**/*": [boots]
                    """),
            ],
            YamlTokens,
            path =>
            {
                if (CharacterFile.Read(path).Character is { } character)
                    _ = CastResolver.Resolve(
                        [new(character, "")], [new("images/high/a.png"), new("images/4_x/b.png", "3", "race")], ["images/high/a.txt"]);
            }),
        new(
            "toml",
            "config.toml",
            FuzzReaders.Utf8(
                """
                # sd-scripts
                [network]
                network_module = "lycoris.kohya"
                network_args = ["algo=loha", "conv_dim=8", 'preset=full']
                optimizer_args = ["betas=(0.9, 0.99)", "weight_decay=0.1"]
                [training]
                learning_rate = 5e-4
                resolution = "512,512"
                max_train_epochs = 10
                shuffle_caption = true
                keep_tokens = 1
                caption_extension = '''.txt'''
                """,
                """
                [general]
                enable_bucket = true
                [[datasets]]
                resolution = [512, 768]
                batch_size = 0x4
                  [[datasets.subsets]]
                  image_dir = 'a'
                  num_repeats = 1_0
                  "caption \u0041" = { a = 1, b = [1979-05-27, inf] }
                """),
            TomlTokens,
            path => _ = SdScriptsConfig.Read(path)),
        new("prompts", "prompts.txt", [FuzzReaders.Data("prompts.txt"), .. FuzzReaders.Utf8(
            "1girl --n bad --w 512 --h 768 --d 1 --s 20 --l 7.5 --ss ddim\n# no\n")], PromptTokens, ReadPrompts),
        new(
            "prompts-json",
            "prompts.json",
            FuzzReaders.Utf8(
                "[\"1girl --w 512\", {\"prompt\": \"a\", \"negative_prompt\": \"b\", \"width\": 512, \"seed\": 1, \"scale\": 7.5, "
                + "\"sample_sampler\": \"ddim\"}]"),
            [.. FuzzReaders.JsonTokens, .. PromptTokens],
            ReadPrompts),
        new(
            "labels",
            "selected_tags.csv",
            FuzzReaders.Utf8("tag_id,name,category,count\n9999999,general,9,807858\n470575,1girl,0,4225150\n1,\"a, \"\"b\"\"\",4,7\n"),
            FuzzReaders.Utf8(",", "\"", "\"\"", "\n", "\r\n", "tag_id,name,category", "9", "4", "-1", "99999999999", "\0", "{", "<"),
            path => _ = TaggerLabels.Read(path)),
        new("tags", "a.txt", FuzzReaders.Utf8(
            "1girl, solo, black_hair, (smile:1.2), black skirt, skirt, holding cup",
            "a sentence about a girl with long hair, in a black skirt"), TagTokens, ReadTags),
        new(
            "implications",
            "own.txt",
            FuzzReaders.Utf8(
                "# mine\nhat <- beret, party hat\n  cap\nhat </- hard hat\nholding <- holding *\n* </- no *\na <- b\nb <- c\n"),
            TagTokens,
            path => _ = ImplicationTable.ReadOwn(path).Implied("black party hat")) { TestCases = 100 },
    ];

    private static void ReadPrompts(string path) =>
        _ = SamplePromptFile.Read(path, "LoraSamplePrompts", new PictureRequest { Prompt = "" }, out _);

    private static void ReadTags(string path)
    {
        var raw = PictureTags.Of(TagList.Read(path));
        var stripped = new FeatureStripper(Aoi, new FeatureSurvey(Aoi, [("a", raw.Tags)], 0.1).Spared).Strip(raw);
        var deduped = new TagDeduplicator(Aoi, ImplicationTable.Danbooru).Deduplicate(stripped);
        _ = new OutfitAligner(Aoi, AlignmentOptions.Default).Align(deduped, new PictureEvidence(raw.Tags), null, []);
        _ = ContradictionTable.Default.Find(raw.Tags, ImplicationTable.Danbooru);
    }
}
