namespace LoraBuild.Base.Diagnostics;

/// <summary>
/// Every code that LoraBuild reports. LB1xxx project and yaml, LB2xxx images, LB3xxx tagger and tags, LB4xxx base model and files,
/// LB5xxx training, LB6xxx cache and machine. build/README.md lists each with cause and cure.
/// </summary>
public static class DiagnosticCode
{
    /// <summary>character.yaml is not well-formed YAML.</summary>
    public const string YamlSyntax = "LB1001";

    /// <summary>A key that character.yaml does not have.</summary>
    public const string UnknownKey = "LB1002";

    /// <summary>A value of the wrong kind or out of range in character.yaml.</summary>
    public const string InvalidValue = "LB1003";

    /// <summary>A key that must be there is missing.</summary>
    public const string MissingKey = "LB1004";

    /// <summary>character.yaml is missing.</summary>
    public const string CharacterFileMissing = "LB1005";

    /// <summary>The project has no pictures.</summary>
    public const string NoPictures = "LB1006";

    /// <summary>character.yaml speaks of a picture or outfit that the project does not have.</summary>
    public const string UnknownReference = "LB1007";

    /// <summary>A Lora* property that does not exist, or has a value that does not parse.</summary>
    public const string InvalidProperty = "LB1008";

    /// <summary>A CharacterImage item's metadata does not parse.</summary>
    public const string InvalidMetadata = "LB1009";

    /// <summary>A tag file describes a picture that is split, so its tags are true of none of the parts.</summary>
    public const string TagFileOfSplitPicture = "LB1010";

    /// <summary>Some pictures failed, so there is no dataset. Reported by LoraBuild.targets.</summary>
    public const string IncompleteDataset = "LB1011";

    /// <summary>Two characters share a folder or a trigger word, or a picture lies in no character's folder.</summary>
    public const string CharacterClash = "LB1012";

    /// <summary>lora.lock.json is malformed.</summary>
    public const string LockFileInvalid = "LB1013";

    /// <summary>lora.lock.json got an entry: the file must go under version control.</summary>
    public const string LockFileChanged = "LB1014";

    /// <summary>An sd-scripts configuration is missing, no TOML, or has a key or value that does not exist.</summary>
    public const string TrainingConfigInvalid = "LB1015";

    /// <summary>The file of sample prompts is missing, or has an option or value that does not exist.</summary>
    public const string SamplePromptsInvalid = "LB1016";

    /// <summary>There is no finished LoRA of this build to publish or merge, or no file of an epoch that is to be published.</summary>
    public const string NothingToPublish = "LB1017";

    /// <summary>A picture cannot be decoded: truncated, empty, or not a picture.</summary>
    public const string UndecodablePicture = "LB2001";

    /// <summary>A picture has more pixels than the limit.</summary>
    public const string PictureTooLarge = "LB2002";

    /// <summary>An edit reaches outside its picture.</summary>
    public const string EditOutsidePicture = "LB2003";

    /// <summary>A picture's content is of another format than its name says.</summary>
    public const string MislabelledPicture = "LB2004";

    /// <summary>A picture carries a colour profile that this engine cannot apply.</summary>
    public const string ColourProfileIgnored = "LB2005";

    /// <summary>A picture's data has errors that the decoder could pass over.</summary>
    public const string FlawedPicture = "LB2006";

    /// <summary>A picture looks like another one.</summary>
    public const string NearDuplicate = "LB2007";

    /// <summary>A picture is smaller than the minimum.</summary>
    public const string SmallPicture = "LB2008";

    /// <summary>A mask is not of its picture's size.</summary>
    public const string MaskMismatch = "LB2009";

    /// <summary>Among the pictures lie some in formats that are not read.</summary>
    public const string UnreadFormat = "LB2010";

    /// <summary>The tagger, or another model for pictures, is missing.</summary>
    public const string TaggerMissing = "LB3001";

    /// <summary>An ONNX file is damaged, or its inputs and outputs are not those of the kind of model that it is given for.</summary>
    public const string TaggerModelInvalid = "LB3002";

    /// <summary>The label file is malformed or does not match the model's outputs.</summary>
    public const string TaggerLabelsInvalid = "LB3003";

    /// <summary>A tag file is not UTF-8 text.</summary>
    public const string TagFileEncoding = "LB3004";

    /// <summary>A table of tags (implications, features, garments) has a malformed entry or a cycle.</summary>
    public const string TableInvalid = "LB3005";

    /// <summary>The GPU cannot be used for tagging, which runs on the CPU instead.</summary>
    public const string TaggerOnCpu = "LB3006";

    /// <summary>Few of a character's pictures show a feature, so that it may be none of hers.</summary>
    public const string RareFeature = "LB3007";

    /// <summary>Tags of a picture contradict each other.</summary>
    public const string ContradictoryTags = "LB3008";

    /// <summary>The base model or one of its parts is missing.</summary>
    public const string BaseModelMissing = "LB4001";

    /// <summary>A .safetensors file is damaged.</summary>
    public const string SafetensorsDamaged = "LB4002";

    /// <summary>A checkpoint's tensors are missing or do not fit Stable Diffusion 1.x or 2.x.</summary>
    public const string CheckpointMismatch = "LB4003";

    /// <summary>The tokenizer's files are missing or damaged.</summary>
    public const string TokenizerInvalid = "LB4004";

    /// <summary>A LoRA file does not fit the model that it is put on.</summary>
    public const string LoraMismatch = "LB4005";

    /// <summary>A .ckpt file holds something other than tensors and dictionaries.</summary>
    public const string PickleRefused = "LB4006";

    /// <summary>A .ckpt file is damaged, or in a form that torch wrote before 1.6.</summary>
    public const string PickleDamaged = "LB4007";

    /// <summary>The base model is of another architecture than Stable Diffusion 1.x or 2.x, or no model at all.</summary>
    public const string WrongArchitecture = "LB4008";

    /// <summary>A setting says something else of the base model than the model's files.</summary>
    public const string ModelContradiction = "LB4009";

    /// <summary>A LoRA is to be merged into a model that is no single file.</summary>
    public const string NotSingleCheckpoint = "LB4010";

    /// <summary>A training setting has an impossible value.</summary>
    public const string InvalidTrainingSetting = "LB5001";

    /// <summary>The loss or a gradient is not a number.</summary>
    public const string TrainingDiverged = "LB5002";

    /// <summary>A picture is too small for any bucket.</summary>
    public const string PictureTooSmall = "LB5003";

    /// <summary>Memory ran out in training.</summary>
    public const string OutOfMemory = "LB5004";

    /// <summary>The training stopped after the minutes that it was given, and the next build goes on with it.</summary>
    public const string TrainingStopped = "LB5005";

    /// <summary>A file to resume from is no training state, or one of another training.</summary>
    public const string StateMismatch = "LB5006";

    /// <summary>The state of an interrupted training is damaged.</summary>
    public const string StateDamaged = "LB5007";

    /// <summary>The trigger word alone draws fewer of her features than LoraMinIdentity says.</summary>
    public const string IdentityBelowMinimum = "LB5501";

    /// <summary>With the trigger word, less of what else is asked for is drawn than LoraMinObedience says.</summary>
    public const string ObedienceBelowMinimum = "LB5502";

    /// <summary>Without the trigger word, more of her features are drawn than LoraMaxLeakage says.</summary>
    public const string LeakageAboveMaximum = "LB5503";

    /// <summary>There is no finished LoRA to evaluate, or nothing to evaluate it by.</summary>
    public const string NothingToEvaluate = "LB5504";

    /// <summary>A family of prompts has nothing to ask for.</summary>
    public const string NothingToAskFor = "LB5505";

    /// <summary>The disk is full, or a file cannot be written.</summary>
    public const string CannotWrite = "LB6001";

    /// <summary>The worker process ended without saying why.</summary>
    public const string WorkerCrashed = "LB6002";

    /// <summary>An engine is missing on this machine.</summary>
    public const string EngineMissing = "LB6003";

    /// <summary>A file cannot be read.</summary>
    public const string CannotRead = "LB6004";

    /// <summary>The build was cancelled.</summary>
    public const string Cancelled = "LB6005";

    /// <summary>A file cannot be downloaded.</summary>
    public const string DownloadFailed = "LB6006";

    /// <summary>A file does not have the SHA-256 that was promised.</summary>
    public const string DownloadMismatch = "LB6007";

    /// <summary>The remote cache cannot be used; the build goes on without it.</summary>
    public const string RemoteCacheFailed = "LB6008";

    /// <summary>A file was changed while the build was at work on it.</summary>
    public const string ChangedMeanwhile = "LB6009";

    /// <summary>A folder that would become the build's own has files of somebody else's.</summary>
    public const string FolderInUse = "LB6010";
}
