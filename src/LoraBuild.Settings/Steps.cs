namespace LoraBuild.Settings;

/// <summary>Steps of the pipeline, by the names of their targets.</summary>
[Flags]
public enum Steps
{
    /// <summary>No result depends on it.</summary>
    None = 0,

    /// <summary>Characters and their pictures.</summary>
    ResolveCharacters = 1,

    /// <summary>Regularisation images that the base model draws.</summary>
    DrawRegularizationImages = 1 << 1,

    /// <summary>Pictures as PNG.</summary>
    Normalize = 1 << 2,

    /// <summary>Pictures that look alike, and small ones.</summary>
    FindDuplicates = 1 << 3,

    /// <summary>Tags of the taggers and of tag files.</summary>
    Tag = 1 << 4,

    /// <summary>Tags without features.</summary>
    StripFeatures = 1 << 5,

    /// <summary>Tags without those that others imply.</summary>
    Dedupe = 1 << 6,

    /// <summary>Tags with their outfits'.</summary>
    AlignOutfits = 1 << 7,

    /// <summary>The report.</summary>
    WriteReport = 1 << 8,

    /// <summary>The training.</summary>
    Train = 1 << 9,

    /// <summary>Pictures, logs and pace of a training, which change nothing of the LoRA.</summary>
    Previews = 1 << 10,

    /// <summary>The files of a build, whatever they hold.</summary>
    Build = 1 << 11,

    /// <summary>The evaluation.</summary>
    Evaluate = 1 << 12,

    /// <summary>The release.</summary>
    Publish = 1 << 13,

    /// <summary>The merged checkpoint.</summary>
    MergeLora = 1 << 14,

    /// <summary>Tag files that are written beside pictures.</summary>
    ExportTags = 1 << 15,

    /// <summary>The steps that make the captioned dataset.</summary>
    Dataset = ResolveCharacters | DrawRegularizationImages | Normalize | FindDuplicates | Tag | StripFeatures | Dedupe | AlignOutfits,

    /// <summary>The steps of <c>dotnet build</c>, which looks for what changed when one of their settings does.</summary>
    OfBuild = Dataset | WriteReport | Train | Previews | Build,
}

/// <summary>The places where sd-scripts' configurations say an option.</summary>
public enum SdScriptsPlace
{
    /// <summary>The training configuration.</summary>
    InTraining,

    /// <summary>The dataset configuration, for all its folders.</summary>
    InDataset,

    /// <summary><c>network_args</c> of <c>networks.lora</c> and of LyCORIS.</summary>
    InNetwork,

    /// <summary><c>network_args</c> of LyCORIS alone.</summary>
    InLyCoris,

    /// <summary>None: the option is LoraBuild's own.</summary>
    Nowhere,
}
