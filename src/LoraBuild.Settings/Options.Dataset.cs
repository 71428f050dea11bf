using static LoraBuild.Settings.OptionKind;

namespace LoraBuild.Settings;

/// <content>The project, its pictures, tags and captions.</content>
public static partial class Options
{
    private const int MaxDuplicateDistance = 64, MaxRegularizationImages = 100_000;

    // Four bytes a pixel lie in one array.
    private const long MostPixels = 500_000_000;

    private const string TaggerItem = "Tagger", WithoutTaggerItems = "without Tagger items, which stand for it";

    private static readonly OptionKind<double> Share = Number(0, 1);

    private static readonly Precondition WhereTagger = new("with a tagger", settings => settings.Items(TaggerItem).Length > 0);

    public static readonly Option<string> CharacterFile = OfLoraBuild(
        Topic.Project, "LoraCharacterFile", Text with { Form = OptionForm.File }, "character.yaml",
        "The file that says who she is: see [character.yaml](#characteryaml).", Steps.ResolveCharacters,
        needs: new Precondition(
            "without Character items, which stand for it", settings => settings.HasItem("Character", "LoraCharacterFile")));

    public static readonly Option<string> OutputName = OfLoraBuild(
        Topic.Project, "LoraOutputName", FileName, "",
        "The LoRA's file name.", Steps.Train, "the project's name");

    public static readonly Option<bool> FollowLinks = OfLoraBuild(
        Topic.Project, "LoraFollowLinks", Flag, false,
        "`true`: symbolic links below `images` and `regularization`, and those that stand for `character.yaml`, tag files, masks, prompts "
        + "or tables, may lead out of the project. Otherwise they are an error: what comes with pictures from strangers could name any "
        + "file of this machine. Links within the project are always followed, and so are those of models.",
        Steps.ResolveCharacters);

    public static readonly Option<bool> Train = OfLoraBuild(
        Topic.Project, "LoraTrain", Flag, true,
        "`false` ends the build with the captioned dataset.", Steps.Train);

    public static readonly Option<string> Report = OfLoraBuild(
        Topic.Project, "LoraReport", Word("auto", "true", "false"), "auto",
        "The page `bin/report/index.html`, which shows every picture, what became of its tags, and the training's curves and previews. "
            + "`auto`: builds write it for up to 2,000 pictures, and `dotnet build -t:Report` always, with the training if the last "
            + "build's is still that of these pictures and settings. `false`: builds do not.",
        Steps.WriteReport);

    public static readonly Option<long> MaxPixels = OfLoraBuild(
        Topic.Pictures, "LoraMaxPixels", Long(1, MostPixels) with { Allowed = $"a whole number of pixels above 0 and up to {MostPixels}" },
        100_000_000,
        "Larger pictures are an error.", Steps.Normalize);

    public static readonly Option<int> MinPictureSize = OfLoraBuild(
        Topic.Pictures, "LoraMinPictureSize", Whole(0, int.MaxValue) with { Allowed = "a whole number of pixels" }, 256,
        "Pictures with a shorter side after their edits are warned about.", Steps.FindDuplicates);

    public static readonly Option<int> DuplicateDistance = OfLoraBuild(
        Topic.Pictures, "LoraDuplicateDistance", Whole(0, MaxDuplicateDistance), 4,
        "The most of 64 bits in which the perceptual hashes of pictures that look alike differ.", Steps.FindDuplicates);

    public static readonly Option<bool> DropDuplicates = OfLoraBuild(
        Topic.Pictures, "LoraDropDuplicates", Flag, false,
        "`true`: of pictures that look alike only the one with the most pixels stays.", Steps.FindDuplicates);

    public static readonly Option<string?> Tagger = OfLoraBuild(
        Topic.Tags, "LoraTagger", FilePath with { Allowed = "empty, a folder or a URI" }, null,
        "The folder of a WD v1.4 or v3 tagger, `model.onnx` and `selected_tags.csv`, or its URI. Several taggers: see [Models](#models).",
        Steps.Tag, needs: new Precondition(WithoutTaggerItems, settings => settings.HasItem(TaggerItem, "LoraTaggerModel")));

    public static readonly Option<string?> TaggerModel = OfLoraBuild(
        Topic.Tags, "LoraTaggerModel", FilePath with { Allowed = "empty, a file or a URI" }, null,
        "The tagger's model alone.", Steps.Tag, "`model.onnx` of `LoraTagger`", new Precondition(WithoutTaggerItems, IsTaken));

    public static readonly Option<string?> TaggerLabels = OfLoraBuild(
        Topic.Tags, "LoraTaggerLabels", FilePath with { Allowed = "empty, a file or a URI" }, null,
        "The tagger's labels alone.", Steps.Tag, "`selected_tags.csv` of `LoraTagger`",
        new Precondition("with LoraTagger or LoraTaggerModel, and " + WithoutTaggerItems, IsTaken));

    public static readonly Option<string> CombineTaggers = OfLoraBuild(
        Topic.Tags, "LoraCombineTaggers", Word("union", "average"), "union",
        "With several taggers: a tag has its highest score (`union`), or its mean over the taggers that know it (`average`).", Steps.Tag,
        needs: new Precondition("with several Tagger items", settings => settings.Items(TaggerItem).Length > 1));

    public static readonly Option<double> TaggerThreshold = OfLoraBuild(
        Topic.Tags, "LoraTaggerThreshold", Share, 0.4,
        "The lowest score of a general tag.", Steps.Tag, needs: WhereTagger);

    public static readonly Option<double?> CharacterThreshold = OfLoraBuild(
        Topic.Tags, "LoraCharacterThreshold", Share.OrEmpty(), null,
        "The lowest score of a character tag.", Steps.Tag, "`LoraTaggerThreshold`", WhereTagger);

    public static readonly Option<bool> UseRatingTags = OfLoraBuild(
        Topic.Tags, "LoraUseRatingTags", Flag, false,
        "`true`: the likeliest of general, sensitive, questionable and explicit is the first tag.", Steps.Tag, needs: WhereTagger);

    public static readonly Option<double> RatingThreshold = OfLoraBuild(
        Topic.Tags, "LoraRatingThreshold", Share, 0,
        "The lowest score of a rating with `LoraUseRatingTags`.", Steps.Tag,
        needs: new Precondition("with LoraUseRatingTags", settings => settings.Is("LoraUseRatingTags", "true")));

    public static readonly Option<string> TagOrder = OfLoraBuild(
        Topic.Tags, "LoraTagOrder", Word("model", "score"), "model",
        "The order of the tags: the model's own, or the surest first.", Steps.Tag, needs: WhereTagger);

    public static readonly Option<string?> UndesiredTags = OfLoraBuild(
        Topic.Tags, "LoraUndesiredTags", Tags, null,
        "Tags that no picture gets.", Steps.Tag);

    public static readonly Option<string?> AlwaysFirstTags = OfLoraBuild(
        Topic.Tags, "LoraAlwaysFirstTags", Tags, null,
        "Tags that come first where a picture has them: `1girl, solo`.", Steps.Tag);

    public static readonly Option<TagReplacements> TagReplacement = OfLoraBuild(
        Topic.Tags, "LoraTagReplacement", Parsed(TagReplacements.Allowed, TagReplacements.TryParse), TagReplacements.None,
        "Tags that are replaced in all pictures.", Steps.Tag);

    public static readonly Option<bool> OverwriteTagFiles = OfLoraBuild(
        Topic.Tags, "LoraOverwriteTagFiles", Flag, false,
        "`true`: `dotnet build -t:ExportTags` writes tag files anew that are there already.", Steps.ExportTags);

    public static readonly Option<double> FeatureFrequency = OfLoraBuild(
        Topic.Captions, "LoraFeatureFrequency", Share, 0,
        "The least share of her pictures in which a feature must appear to be taken out of captions. What `features` names itself is "
            + "always taken out.",
        Steps.StripFeatures);

    public static readonly Option<string?> Implications = OfLoraBuild(
        Topic.Captions, "LoraImplications", FilePath, null,
        "A table of further tag implications, or of such to cancel: see [character.yaml](#characteryaml).",
        Steps.Dedupe | Steps.AlignOutfits);

    public static readonly Option<double> EvidenceThreshold = OfLoraBuild(
        Topic.Captions, "LoraEvidenceThreshold", Share, 0.1,
        "The lowest score of a tag, or of another name of the same garment, that proves that a picture shows a part of the outfit.",
        Steps.AlignOutfits, needs: WhereTagger);

    public static readonly Option<string> Undecided = OfLoraBuild(
        Topic.Captions, "LoraUndecided", Word("keep", "drop"), "drop",
        "The fate of parts of the outfit of which nothing tells whether the picture shows them.", Steps.AlignOutfits);

    public static readonly Option<string?> RegularizationPrompts = OfLoraBuild(
        Topic.Regularization, "LoraRegularizationPrompts", FilePath, null,
        "A file of prompts, in the syntax of `LoraSamplePrompts`, for regularisation images that the base model draws itself: see "
            + "[Regularisation images](#regularisation-images).",
        Steps.DrawRegularizationImages);

    public static readonly Option<int?> RegularizationCount = OfLoraBuild(
        Topic.Regularization, "LoraRegularizationCount", Whole(1, MaxRegularizationImages).OrEmpty(), null,
        "The number of images that it draws, prompt after prompt, again from the first.", Steps.DrawRegularizationImages, "one a prompt",
        needs: WhereSet("LoraRegularizationPrompts"));

    // Where LoraTagger says both files, it is the one to be told of.
    private static bool IsTaken(ProjectSettings settings) =>
        settings.IsSet("LoraTagger") || settings.HasItem(TaggerItem, "LoraTaggerModel");
}
