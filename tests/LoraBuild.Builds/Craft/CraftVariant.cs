using LoraBuild.Base.Hashing;

namespace LoraBuild.Builds.Craft;

/// <summary>The example, made in another way.</summary>
/// <param name="Name">What is different.</param>
/// <param name="Properties">Properties of the project.</param>
/// <param name="Lines">Further lines of the project, before the targets.</param>
/// <param name="Targets">Targets that replace the pipeline's, after it.</param>
/// <param name="Character">Lines of character.yaml besides the example's own.</param>
/// <param name="Pictures">Which of the example's pictures there are; null for all.</param>
internal sealed record CraftVariant(
    string Name,
    IReadOnlyDictionary<string, string>? Properties = null,
    string Lines = "",
    string Targets = "",
    string Character = "",
    IReadOnlyList<string>? Pictures = null)
{
    // As many numbers as the example's LoHa of rank 4, which has 2 x 4 x (in + out) a layer: 726,336. Without convolutions the linear
    // layers get theirs as well, to 716,800.
    private const string SameSize = "8", SameSizeWithoutConvolutions = "14";

    /// <summary>The example as it is.</summary>
    public static CraftVariant AsTheArticleSays { get; } = new("as the article says");

    /// <summary>Every rule broken that keeps a LoRA flexible: nothing is left to the trigger word, and all pictures are alike.</summary>
    public static CraftVariant Sabotaged { get; } = new(
        "sabotaged: features kept, one background",
        Character: "features: {defaults: false}\ntags:\n  images/**: {remove: [simple background, white background]}\n",
        Pictures: ["aoi_001", "aoi_003", "aoi_201", "aoi_210"]);

    /// <summary>The article's way first, then how to fail, then each other of its claims denied.</summary>
    public static IReadOnlyList<CraftVariant> All { get; } =
    [
        AsTheArticleSays,
        new("features kept in captions", Character: "features: {defaults: false}\n"),
        Sabotaged,
        new("no dedupe", Targets: Skipping("Dedupe", "StripFeatures", "LoraStrippedFile", "LoraDedupedFile")),
        new("outfits not aligned", Targets: Skipping("AlignOutfits", "Dedupe", "LoraDedupedFile", "LoraAlignedFile")),
        new("all pictures equally often", Lines: "  <ItemGroup>\n    <CharacterImage Update=\"@(CharacterImage)\" Repeats=\"8\" />\n  "
            + "</ItemGroup>\n"),
        new("LoRA instead of LoHa", Kind("lora", SameSizeWithoutConvolutions, "0")),
        new("LoCon instead of LoHa", Kind("locon", SameSize, SameSize)),
        new("captions not shuffled", new Dictionary<string, string> { ["LoraShuffleCaption"] = "false" }),
    ];

    /// <summary>What the variant is known by: everything that it consists of.</summary>
    /// <param name="steps">Steps of the training.</param>
    /// <param name="samples">Prompts of each family.</param>
    /// <param name="seed">The training's seed.</param>
    public ContentHash Key(int steps, int samples, int seed)
    {
        var key = new StepKey("craft", 2)
            .With("steps", FormattableString.Invariant($"{steps}"))
            .With("samples", FormattableString.Invariant($"{samples}"))
            .With("seed", FormattableString.Invariant($"{seed}"))
            .With("lines", Lines)
            .With("targets", Targets)
            .With("character", Character);
        foreach (var (name, value) in Properties ?? new Dictionary<string, string>())
            key.With(name, value);
        foreach (var picture in Pictures ?? [])
            key.With("picture", picture);
        return key.ToHash();
    }

    private static Dictionary<string, string> Kind(string algo, string rank, string convolutionRank) => new()
    {
        ["LoraAlgo"] = algo,
        ["LoraNetworkDim"] = rank,
        ["LoraNetworkAlpha"] = rank,
        ["LoraConvDim"] = convolutionRank,
        ["LoraConvAlpha"] = SameSize,
    };

    // The step's ledger is the one before it.
    private static string Skipping(string target, string before, string input, string output) => $"""
          <Target Name="{target}" DependsOnTargets="{before}">
            <Copy SourceFiles="$({input})" DestinationFiles="$({output})" />
          </Target>

        """;
}
