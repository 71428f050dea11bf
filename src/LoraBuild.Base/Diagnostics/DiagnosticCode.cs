namespace LoraBuild.Base.Diagnostics;

/// <summary>
/// Every code that LoraBuild reports. LB1xxx project and yaml, LB2xxx images, LB3xxx tagger and tags, LB4xxx base model and files,
/// LB5xxx training, LB6xxx cache and machine. build/README.md lists each with cause and cure.
/// </summary>
public static class DiagnosticCode
{
    /// <summary><c>character.yaml</c> is not well-formed YAML.</summary>
    /// <remarks>Mend the line that is named. Tags with <c>:</c> or <c>#</c> need quotes.</remarks>
    public const string YamlSyntax = "LB1001";

    /// <summary><c>character.yaml</c> has a key that does not exist.</summary>
    /// <remarks>Take the key that is suggested, or one of the list above.</remarks>
    public const string UnknownKey = "LB1002";

    /// <summary>A value of <c>character.yaml</c> is of the wrong kind or out of range.</summary>
    /// <remarks>Write what the message asks for.</remarks>
    public const string InvalidValue = "LB1003";

    /// <summary>A key that must be there is missing.</summary>
    /// <remarks>Add it.</remarks>
    public const string MissingKey = "LB1004";

    /// <summary><c>character.yaml</c> is missing.</summary>
    /// <remarks>Write one; <c>trigger</c> is enough. Or set <c>LoraCharacterFile</c>.</remarks>
    public const string CharacterFileMissing = "LB1005";

    /// <summary>The project has no pictures.</summary>
    /// <remarks>Put some below <c>images/</c>.</remarks>
    public const string NoPictures = "LB1006";

    /// <summary><c>character.yaml</c> or an item speaks of a picture or outfit that is not there.</summary>
    /// <remarks>Correct the name; a file may have been renamed.</remarks>
    public const string UnknownReference = "LB1007";

    /// <summary>A <c>Lora*</c> property does not exist or has an impossible value.</summary>
    /// <remarks>Take the name that is suggested, or a value of the range that is named.</remarks>
    public const string InvalidProperty = "LB1008";

    /// <summary>
    /// An item's metadata, or a number of repeats in a folder's name, does not parse. Warning: a folder such as <c>0_name</c> is left out,
    /// or a number such as that of <c>1.5_name</c> is not taken for repeats.
    /// </summary>
    /// <remarks>Correct it; repeats are a whole number from 1 to 10000.</remarks>
    public const string InvalidMetadata = "LB1009";

    /// <summary>Warning: a tag file lies beside a picture that is split.</summary>
    /// <remarks>Write one for each part, under the names that the message gives.</remarks>
    public const string TagFileOfSplitPicture = "LB1010";

    /// <summary>Some pictures failed, so there is no dataset.</summary>
    /// <remarks>Mend or remove those that the other errors name.</remarks>
    public const string IncompleteDataset = "LB1011";

    /// <summary>Two characters share a folder or a trigger word, or a picture lies in no character's folder.</summary>
    /// <remarks>Give each character a folder with her <c>images/</c>, and a trigger word.</remarks>
    public const string CharacterClash = "LB1012";

    /// <summary><c>lora.lock.json</c> is malformed.</summary>
    /// <remarks>Take it from version control again, or delete it.</remarks>
    public const string LockFileInvalid = "LB1013";

    /// <summary>Warning: <c>lora.lock.json</c> got an entry. An error where <c>ContinuousIntegrationBuild</c> is <c>true</c>.</summary>
    /// <remarks>Commit the file; or write the SHA-256 into the project.</remarks>
    public const string LockFileChanged = "LB1014";

    /// <summary><c>LoraTrainingConfig</c> is missing, no TOML, or has a key or value that does not exist.</summary>
    /// <remarks>Correct the line that is named; the message suggests the nearest name.</remarks>
    public const string TrainingConfigInvalid = "LB1015";

    /// <summary>
    /// The file of <c>LoraSamplePrompts</c> or <c>LoraRegularizationPrompts</c> is missing or empty, or has an option or value that does
    /// not exist.
    /// </summary>
    /// <remarks>Correct the line that is named; the message says what there is.</remarks>
    public const string SamplePromptsInvalid = "LB1016";

    /// <summary>
    /// There is no finished LoRA to publish or merge that belongs to the present pictures, tags and settings, or no file of an epoch that
    /// <c>LoraPublishEpochs</c> names.
    /// </summary>
    /// <remarks>
    /// Build without <c>LoraTrain</c> or <c>LoraStopAfterMinutes</c>; correct the numbers by the files that the message names.
    /// </remarks>
    public const string NothingToPublish = "LB1017";

    /// <summary>A folder in the project's path has a <c>%</c> before two hexadecimal digits: MSBuild does not find files there.</summary>
    /// <remarks>Rename the folder.</remarks>
    public const string UnusableFolder = "LB1018";

    /// <summary>
    /// Warning: an entry of <c>character.yaml</c>, an item or its metadata, a property or an entry of a table has no effect.
    /// </summary>
    /// <remarks>
    /// The message says why: mostly a name is not spelled as the pictures, their tags or the items have it. Correct it, or remove the
    /// entry.
    /// </remarks>
    public const string NoEffect = "LB1019";

    /// <summary>A symbolic link among the project's files leads out of the project.</summary>
    /// <remarks>Put the file itself in its place, or set <c>LoraFollowLinks</c> to <c>true</c> if you trust whoever made the
    /// link.</remarks>
    public const string LinkOutside = "LB1020";

    /// <summary>A picture is truncated, empty, damaged or no picture.</summary>
    /// <remarks>Replace or remove it. The others are processed.</remarks>
    public const string UndecodablePicture = "LB2001";

    /// <summary>A picture has more pixels than <c>LoraMaxPixels</c>.</summary>
    /// <remarks>Make it smaller, or raise the limit if memory allows.</remarks>
    public const string PictureTooLarge = "LB2002";

    /// <summary>An edit reaches outside its picture.</summary>
    /// <remarks>Correct it; the message has the picture's size and the edit's line.</remarks>
    public const string EditOutsidePicture = "LB2003";

    /// <summary>Warning: a picture is of another format than its name says.</summary>
    /// <remarks>It was read as what it is. Rename it when you like.</remarks>
    public const string MislabelledPicture = "LB2004";

    /// <summary>Warning: a picture's colour profile cannot be applied by this engine.</summary>
    /// <remarks>Convert it to sRGB, or set <c>LoraImageEngine</c> to <c>libvips</c>.</remarks>
    public const string ColourProfileIgnored = "LB2005";

    /// <summary>Warning: a picture has errors that its decoder passed over.</summary>
    /// <remarks>Look at it; replace it if it shows.</remarks>
    public const string FlawedPicture = "LB2006";

    /// <summary>Warning: a picture looks like another one.</summary>
    /// <remarks>Remove one, or set <c>LoraDropDuplicates</c>.</remarks>
    public const string NearDuplicate = "LB2007";

    /// <summary>Warning: a picture is smaller than <c>LoraMinPictureSize</c>.</summary>
    /// <remarks>Find a larger one, or leave it out.</remarks>
    public const string SmallPicture = "LB2008";

    /// <summary>A mask is not of its picture's size.</summary>
    /// <remarks>Save the mask with the size that the message names.</remarks>
    public const string MaskMismatch = "LB2009";

    /// <summary>
    /// Warning: among the pictures lie files that nothing reads: pictures in other formats (<c>.heic</c>, <c>.jxl</c>, <c>.psd</c>, ...),
    /// videos, notes.
    /// </summary>
    /// <remarks>Save pictures as PNG, and keep other files elsewhere; the message names them.</remarks>
    public const string UnreadFormat = "LB2010";

    /// <summary>
    /// Warning: pictures lie where none are read: below <c>Images/</c> or beside the project, or in folders that programs keep for
    /// themselves (<c>.ipynb_checkpoints</c>, <c>@eaDir</c>, <c>._NAME</c> of macOS, ...).
    /// </summary>
    /// <remarks>Move what is hers below <c>images/</c>, into a folder whose name does not begin with a dot.</remarks>
    public const string MisplacedPicture = "LB2011";

    /// <summary>
    /// Warning: a mask has no effect: it belongs to no picture, is not named <c>NAME.mask.png</c>, or <c>LoraMaskedLoss</c> is not set.
    /// </summary>
    /// <remarks>Give it the name that the message suggests, or set <c>LoraMaskedLoss</c>.</remarks>
    public const string UnusedMask = "LB2012";

    /// <summary>
    /// Warning: a mask that is all black, or a picture that is all transparent with <c>LoraAlphaMask</c>, leaves nothing to learn. An error
    /// where all pictures of the characters are so.
    /// </summary>
    /// <remarks>White is learnt, black is not: invert the mask, or remove the picture.</remarks>
    public const string NothingToLearn = "LB2013";

    /// <summary>The tagger, or another model for pictures, is missing.</summary>
    /// <remarks>Set <c>LoraTagger</c>, or put a tag file beside every picture.</remarks>
    public const string TaggerMissing = "LB3001";

    /// <summary>An ONNX file is damaged, or no model of the kind that it is given for.</summary>
    /// <remarks>Download it again; the message says what was found.</remarks>
    public const string TaggerModelInvalid = "LB3002";

    /// <summary><c>selected_tags.csv</c> is malformed or belongs to another model.</summary>
    /// <remarks>Download both files from the same place.</remarks>
    public const string TaggerLabelsInvalid = "LB3003";

    /// <summary>A tag file is not UTF-8.</summary>
    /// <remarks>Save it as UTF-8; the message has the line.</remarks>
    public const string TagFileEncoding = "LB3004";

    /// <summary>A table of tags has a malformed entry or a cycle.</summary>
    /// <remarks>Mend the entry that is named.</remarks>
    public const string TableInvalid = "LB3005";

    /// <summary>Warning: the GPU cannot be used for tagging.</summary>
    /// <remarks>It runs on the CPU; install the CUDA libraries that the message names for more speed.</remarks>
    public const string TaggerOnCpu = "LB3006";

    /// <summary>Warning: few of her pictures show a feature, so that it may be none of hers.</summary>
    /// <remarks>
    /// List what is hers under <c>features.tags</c>, what belongs to a costume under <c>features.keep</c>; mend the tagger's mistakes under
    /// <c>tags</c>.
    /// </remarks>
    public const string RareFeature = "LB3007";

    /// <summary>
    /// Warning: tags of a picture contradict each other (<c>short hair</c> and <c>long hair</c>), or its tag file contradicts its outfit
    /// (<c>hood down</c> and <c>hood up</c>), and its word stands.
    /// </summary>
    /// <remarks>Mend the wrong one under <c>tags</c> or in the tag file, or split a picture that shows her twice.</remarks>
    public const string ContradictoryTags = "LB3008";

    /// <summary>Warning: a tag file belongs to no picture.</summary>
    /// <remarks>
    /// Name it as its picture, with the same letters' case: <c>two.txt</c>, <c>two.png.txt</c> or <c>two.caption</c> for <c>two.png</c>.
    /// </remarks>
    public const string UnusedTagFile = "LB3009";

    /// <summary>
    /// Warning: brackets weigh tags of a picture or an outfit, and <c>LoraWeightedCaptions</c> is not set: brackets and numbers would be
    /// learnt. Those of a trigger word always are.
    /// </summary>
    /// <remarks>Set it, or remove the brackets; brackets that belong to a tag are written <c>\(</c> and <c>\)</c>.</remarks>
    public const string WeightsNotSet = "LB3010";

    /// <summary>Warning: a tag file has no tags, so that the picture's caption is the trigger word alone.</summary>
    /// <remarks>Write tags into it, or remove it; then the tagger gives them.</remarks>
    public const string EmptyTagFile = "LB3011";

    /// <summary>The base model, or a part of it, is missing.</summary>
    /// <remarks>Set <c>LoraBaseModel</c> or <c>LoraVae</c> to what is there.</remarks>
    public const string BaseModelMissing = "LB4001";

    /// <summary>A <c>.safetensors</c> file is damaged.</summary>
    /// <remarks>Download or copy it again.</remarks>
    public const string SafetensorsDamaged = "LB4002";

    /// <summary>A checkpoint's tensors are missing or do not fit together.</summary>
    /// <remarks>Use a sound checkpoint of SDXL or Stable Diffusion 1.x or 2.x; the message names the first tensors.</remarks>
    public const string CheckpointMismatch = "LB4003";

    /// <summary>The tokenizer is missing, damaged or cannot be fetched.</summary>
    /// <remarks>
    /// Put <c>merges.txt</c> beside the checkpoint, or set <c>LoraTokenizer</c> to it or <c>LoraTokenizerUrl</c> to a mirror.
    /// </remarks>
    public const string TokenizerInvalid = "LB4004";

    /// <summary>A LoRA file does not fit the model that it is put on.</summary>
    /// <remarks>Use the model that it was trained for.</remarks>
    public const string LoraMismatch = "LB4005";

    /// <summary>A <c>.ckpt</c> file asks for something other than tensors and dictionaries; nothing of it was run.</summary>
    /// <remarks>Use a <c>.safetensors</c> version of the model.</remarks>
    public const string PickleRefused = "LB4006";

    /// <summary>A <c>.ckpt</c> file is damaged, or in a form that torch wrote before 1.6.</summary>
    /// <remarks>Download or copy it again, or use a <c>.safetensors</c> version of the model.</remarks>
    public const string PickleDamaged = "LB4007";

    /// <summary>The base model is something else: a LoRA, or of another architecture (SD3, Flux, inpainting).</summary>
    /// <remarks>Use a checkpoint of Stable Diffusion 1.x, 2.x or SDXL.</remarks>
    public const string WrongArchitecture = "LB4008";

    /// <summary><c>LoraV2</c> or <c>LoraVParameterization</c> says something else than the base model's files.</summary>
    /// <remarks>Remove the property, or use the model that was meant.</remarks>
    public const string ModelContradiction = "LB4009";

    /// <summary>A LoRA is to be merged into a folder of diffusers' parts.</summary>
    /// <remarks>Set <c>LoraMergeInto</c> to a single <c>.safetensors</c> or <c>.ckpt</c> file.</remarks>
    public const string NotSingleCheckpoint = "LB4010";

    /// <summary>Training settings contradict each other.</summary>
    /// <remarks>Change the one that the message names.</remarks>
    public const string InvalidTrainingSetting = "LB5001";

    /// <summary>The loss or a gradient is not a number.</summary>
    /// <remarks>Lower the learning rates; look at the pictures that are named.</remarks>
    public const string TrainingDiverged = "LB5002";

    /// <summary>A picture is too small for any bucket.</summary>
    /// <remarks>Remove it, or lower <c>LoraBucketResoSteps</c>.</remarks>
    public const string PictureTooSmall = "LB5003";

    /// <summary>Memory ran out in training.</summary>
    /// <remarks>Change what the message names, in its order. It says what each saves, by what the log predicts at the start.</remarks>
    public const string OutOfMemory = "LB5004";

    /// <summary>Warning: the training stopped after <c>LoraStopAfterMinutes</c>, before its end.</summary>
    /// <remarks>Build again; it goes on at the step that the message names.</remarks>
    public const string TrainingStopped = "LB5005";

    /// <summary><c>LoraResume</c> names no training state, or one that this training cannot go on from.</summary>
    /// <remarks>The message says what differs: mend the setting that it comes from, or name another state.</remarks>
    public const string StateMismatch = "LB5006";

    /// <summary>Warning: the state of an interrupted training is damaged.</summary>
    /// <remarks>The training goes on from the state before it, or starts anew. Look at the disk if it happens again.</remarks>
    public const string StateDamaged = "LB5007";

    /// <summary>Warning: a setting has no effect beside the others, or leaves a part of the training without one.</summary>
    /// <remarks>Take it away, or set what the message names.</remarks>
    public const string SettingWithoutEffect = "LB5008";

    /// <summary>Warning: a caption or prompt has more tokens than count, and what is beyond them has no effect.</summary>
    /// <remarks>Shorten it, or raise <c>LoraMaxTokenLength</c>, up to 225. The trigger word of a caption always counts.</remarks>
    public const string TextTooLong = "LB5009";

    /// <summary>Warning: other programs do not read what a setting makes, or read it otherwise.</summary>
    /// <remarks>Take the setting that the message names, or use the file only where it is read, by the table of adapters.</remarks>
    public const string OthersDiffer = "LB5010";

    /// <summary>Warning: the base model was made for larger pictures than <c>LoraResolution</c>.</summary>
    /// <remarks>Set it to the size that the message names: 1024,1024 for SDXL.</remarks>
    public const string SmallResolution = "LB5011";

    /// <summary>The VAE makes no numbers of a picture.</summary>
    /// <remarks>
    /// Set <c>LoraMixedPrecision</c> to bf16 or no, or <c>LoraVae</c> to a VAE that is sound in half precision; look at the picture.
    /// </remarks>
    public const string LatentsNotFinite = "LB5012";

    /// <summary>The trigger word alone draws fewer of her features than <c>LoraMinIdentity</c> says.</summary>
    /// <remarks>Train longer or with higher learning rates; look whether her features are out of the captions.</remarks>
    public const string IdentityBelowMinimum = "LB5501";

    /// <summary>With the trigger word, less of what else is asked for is drawn than <c>LoraMinObedience</c> says.</summary>
    /// <remarks>
    /// Train shorter or with lower learning rates, or take an earlier epoch; look whether captions name clothes, poses and places.
    /// </remarks>
    public const string ObedienceBelowMinimum = "LB5502";

    /// <summary>Without the trigger word, more of her is drawn than <c>LoraMaxLeakage</c> says.</summary>
    /// <remarks>
    /// Let the base model draw regularisation images (<c>LoraRegularizationPrompts</c>); train shorter or with lower learning rates.
    /// </remarks>
    public const string LeakageAboveMaximum = "LB5503";

    /// <summary><c>-t:Evaluate</c> finds no finished LoRA.</summary>
    /// <remarks>Set <c>LoraTrain</c> to true, and build until the training is finished.</remarks>
    public const string NothingToEvaluate = "LB5504";

    /// <summary>Warning: a part of the evaluation has nothing to ask for or to look for.</summary>
    /// <remarks>Name features in <c>LoraEvaluateFeatures</c>; what the dataset has already cannot be asked for.</remarks>
    public const string NothingToAskFor = "LB5505";

    /// <summary>A file cannot be written: the disk is full or the folder is read-only.</summary>
    /// <remarks>Make room or mend the permissions. Nothing half-written is left.</remarks>
    public const string CannotWrite = "LB6001";

    /// <summary>The worker process crashed.</summary>
    /// <remarks>
    /// Build again; what was finished is kept. If it happens again, memory is short or an engine is broken: <c>dotnet build -v:detailed</c>
    /// shows all of its last words.
    /// </remarks>
    public const string WorkerCrashed = "LB6002";

    /// <summary>An engine is missing.</summary>
    /// <remarks>Run <c>dotnet build -t:InstallEngines</c>, or build with <c>-p:LoraTensorEngine=torchsharp</c>.</remarks>
    public const string EngineMissing = "LB6003";

    /// <summary>A file cannot be read.</summary>
    /// <remarks>Mend the permissions, or delete the file if the build made it.</remarks>
    public const string CannotRead = "LB6004";

    /// <summary>Warning: the build was cancelled.</summary>
    /// <remarks>Build again; it goes on where it stopped.</remarks>
    public const string Cancelled = "LB6005";

    /// <summary>A file cannot be downloaded.</summary>
    /// <remarks>Build again, which goes on where it stopped; or download it by hand and name the file.</remarks>
    public const string DownloadFailed = "LB6006";

    /// <summary>A file is not the one that its SHA-256 promises.</summary>
    /// <remarks>Correct the SHA-256 if the file was meant to change.</remarks>
    public const string DownloadMismatch = "LB6007";

    /// <summary>Warning: the remote cache cannot be used; the build went on without it.</summary>
    /// <remarks>The message says why: look at the server, the address and the credentials in the environment.</remarks>
    public const string RemoteCacheFailed = "LB6008";

    /// <summary>A file was changed while the build was at work on it. Nothing of it is used.</summary>
    /// <remarks>Build again, when nobody writes to it any more.</remarks>
    public const string ChangedMeanwhile = "LB6009";

    /// <summary><c>dataset</c> in the output folder has files that no build of this project made, and which it would delete.</summary>
    /// <remarks>Move them, or name another output folder by <c>-o</c> or <c>OutputPath</c>.</remarks>
    public const string FolderInUse = "LB6010";

    /// <summary>A step met what LoraBuild does not know.</summary>
    /// <remarks>Look at the files that the step reads; report it, with the log of <c>-v:detailed</c>, to LoraBuild's authors.</remarks>
    public const string Unexpected = "LB6011";

    /// <summary>
    /// Other users of this machine may write to the folder of the cache or of the training's locks, and could put links or files of theirs
    /// there. For locks a warning: none is taken.
    /// </summary>
    /// <remarks>
    /// Name a folder of your own by <c>LoraCachePath</c> or <c>LoraTrainingLocks</c>. One that users share for locks must belong to root or
    /// you and have the sticky bit.
    /// </remarks>
    public const string UnsafeFolder = "LB6012";
}
