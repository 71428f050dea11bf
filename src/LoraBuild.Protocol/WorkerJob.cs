using System.Text.Json.Serialization;
using LoraBuild.Dataset.Edits;
using LoraBuild.Protocol.Models;
using LoraBuild.Settings.Sampling;

namespace LoraBuild.Protocol;

/// <summary>
/// A job for the worker process, which does the heavy steps. It is the first line on the worker's standard input, as JSON. The input then
/// stays open: its end, or the line <see cref="WorkerProtocol.CancelLine"/>, cancels the job.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "job")]
[JsonDerivedType(typeof(DescribeEnginesJob), "engines")]
[JsonDerivedType(typeof(NormalizeJob), "normalize")]
[JsonDerivedType(typeof(ShrinkJob), "shrink")]
[JsonDerivedType(typeof(TagJob), "tag")]
[JsonDerivedType(typeof(ShowEditsJob), "show edits")]
[JsonDerivedType(typeof(FindPersonsJob), "find persons")]
[JsonDerivedType(typeof(TrainJob), "train")]
[JsonDerivedType(typeof(ListTagsJob), "list tags")]
[JsonDerivedType(typeof(DrawJob), "draw")]
[JsonDerivedType(typeof(PreviewJob), "previews")]
[JsonDerivedType(typeof(MergeJob), "merge")]
[JsonDerivedType(typeof(DescribeModelJob), "model")]
public abstract record WorkerJob;

/// <summary>
/// Asks which libraries do the work: one <see cref="FinishedEvent"/> with two facts for each engine: name and version, and, by its name
/// with <see cref="LibrariesOf"/> behind it, the paths of the native libraries that it loaded, with <see cref="Path.PathSeparator"/>
/// between them. A library that several use counts for the first of them.
/// </summary>
/// <param name="Engines">The engines to load, in this order: <see cref="Images"/>, <see cref="Tagger"/>, <see cref="Tensors"/>.</param>
public sealed record DescribeEnginesJob(IReadOnlyList<string> Engines) : WorkerJob
{
    /// <summary>The engine that decodes pictures.</summary>
    public const string Images = "images";

    /// <summary>The engine that runs taggers.</summary>
    public const string Tagger = "tagger";

    /// <summary>The engine that trains.</summary>
    public const string Tensors = "tensors";

    /// <summary>The end of the name of the fact with an engine's native libraries.</summary>
    public const string LibrariesOf = " libraries";
}

/// <summary>Normalizes pictures to PNG.</summary>
/// <param name="Pictures">The pictures; each is answered by a <see cref="FinishedEvent"/> or an error.</param>
/// <param name="MaxPixels">The largest picture that is decoded, in pixels.</param>
/// <param name="BackgroundModel">The ONNX file of a segmentation model for edits of the background, or null.</param>
public sealed record NormalizeJob(IReadOnlyList<PictureToNormalize> Pictures, long MaxPixels, string? BackgroundModel = null) : WorkerJob;

/// <summary>A picture to normalize.</summary>
/// <param name="Id">Its id, which the answer carries.</param>
/// <param name="Source">The author's file.</param>
/// <param name="Target">The PNG to write.</param>
/// <param name="Edits">The edits, in order.</param>
/// <param name="Mask">The part of it that the training's loss counts; null: all of it.</param>
/// <param name="Sha256">The SHA-256 that the author's file must have; null: any.</param>
/// <param name="EditsAt">The place of the edits, for messages; null where there are none.</param>
public sealed record PictureToNormalize(
    string Id, string Source, string Target, IReadOnlyList<Edit> Edits, PictureMask? Mask = null, string? Sha256 = null,
    string? EditsAt = null);

/// <summary>Makes thumbnails of normalized pictures.</summary>
/// <param name="Pictures">The pictures; each is answered by a <see cref="FinishedEvent"/> or an error.</param>
/// <param name="Side">The longer side of a thumbnail in pixels; smaller pictures keep their size.</param>
public sealed record ShrinkJob(IReadOnlyList<PictureToShrink> Pictures, int Side) : WorkerJob;

/// <summary>A picture to make a thumbnail of.</summary>
/// <param name="Id">Its id, which the answer carries.</param>
/// <param name="Picture">The normalized PNG.</param>
/// <param name="Target">The JPEG to write.</param>
public sealed record PictureToShrink(string Id, string Picture, string Target);

/// <summary>Draws sheets of pictures before and after their edits.</summary>
/// <param name="Pictures">The pictures that the rows show.</param>
/// <param name="Folder">Gets <c>edits-1.png</c> and so on.</param>
/// <param name="MaxPixels">The largest picture that is decoded, in pixels.</param>
/// <param name="BackgroundModel">The ONNX file of a segmentation model for edits of the background, or null.</param>
public sealed record ShowEditsJob(IReadOnlyList<PictureToShow> Pictures, string Folder, long MaxPixels, string? BackgroundModel)
    : WorkerJob;

/// <summary>A picture to show before and after.</summary>
/// <param name="Source">The author's file.</param>
/// <param name="Results">The edits of each picture that it becomes: one, or one for each part of a split.</param>
/// <param name="EditsAt">The place of the edits, for messages.</param>
public sealed record PictureToShow(string Source, IReadOnlyList<IReadOnlyList<Edit>> Results, string? EditsAt = null);

/// <summary>Looks for persons in pictures.</summary>
/// <param name="Model">The detector's ONNX file.</param>
/// <param name="Pictures">The pictures, by id; each is answered by a <see cref="FinishedEvent"/> whose fact <see cref="PersonsFact"/> is a
/// <see cref="DetectedPersons"/> as JSON, or by an error.</param>
/// <param name="MaxPixels">The largest picture that is decoded, in pixels.</param>
public sealed record FindPersonsJob(string Model, IReadOnlyList<string> Pictures, long MaxPixels) : WorkerJob
{
    /// <summary>The fact of a finished picture: what was found in it.</summary>
    public const string PersonsFact = "persons";
}

/// <summary>Runs the tagger over normalized pictures.</summary>
/// <param name="Model">The ONNX file.</param>
/// <param name="Labels">Its <c>selected_tags.csv</c>.</param>
/// <param name="Pictures">The pictures; each is answered by a <see cref="FinishedEvent"/> or an error.</param>
public sealed record TagJob(string Model, string Labels, IReadOnlyList<PictureToTag> Pictures) : WorkerJob;

/// <summary>A picture to tag.</summary>
/// <param name="Id">Its id, which the answer carries.</param>
/// <param name="Picture">The normalized PNG.</param>
/// <param name="Target">The <c>.tags.json</c> to write: the score of every label.</param>
public sealed record PictureToTag(string Id, string Picture, string Target);

/// <summary>Trains the LoRA.</summary>
/// <param name="Dataset">The dataset folder with its <c>dataset.json</c>.</param>
/// <param name="BaseModel">The checkpoint to train on, or a folder as diffusers writes it.</param>
/// <param name="Tokenizer">CLIP's vocabulary: a folder or merges.txt; null to look beside the checkpoint.</param>
/// <param name="Options">Training options by sd-scripts' names; what is not named has its default.</param>
/// <param name="OutputFolder">The folder that gets the <c>.safetensors</c> files.</param>
/// <param name="OutputName">The LoRA's file name without extension.</param>
/// <param name="StateFile">The file in which an interrupted training leaves its state for the next one.</param>
/// <param name="Key">The hash of all that the training's result follows from: a state of another key is not gone on from.</param>
public sealed record TrainJob(
    string Dataset,
    string BaseModel,
    string? Tokenizer,
    IReadOnlyDictionary<string, string> Options,
    string OutputFolder,
    string OutputName,
    string StateFile,
    string Key) : WorkerJob
{
    /// <summary>The fact of the finished training that names its files, a line each.</summary>
    public const string FilesFact = "files";

    /// <summary>A VAE to take instead of the checkpoint's, or null.</summary>
    public string? Vae { get; init; }

    /// <summary>From where CLIP's merges.txt is fetched, into the store's folder, when neither the job nor the model has it.</summary>
    public string? TokenizerUrl { get; init; }

    /// <summary>The folder of the content store.</summary>
    public string? CachePath { get; init; }

    /// <summary>True to compute with deterministic algorithms on a GPU.</summary>
    public bool Deterministic { get; init; }

    /// <summary>The folder of lock files by which trainings on this machine wait for each other; null: they do not.</summary>
    public string? LocksFolder { get; init; }

    /// <summary>After how many minutes the training stops, its state saved; null: at its end.</summary>
    public double? StopAfterMinutes { get; init; }

    /// <summary>The folder for previews: pictures, and their list when all are there. Null: none are drawn.</summary>
    public string? SampleFolder { get; init; }

    /// <summary>A second folder that shows previews as soon as they are drawn, or null.</summary>
    public string? ShownSampleFolder { get; init; }
}

/// <summary>Draws those previews of a finished training that are missing, from the LoRA files that it wrote.</summary>
/// <param name="Training">The training; its files lie in its output folder.</param>
public sealed record PreviewJob(TrainJob Training) : WorkerJob;

/// <summary>Asks what a base model is: one <see cref="FinishedEvent"/> with the facts of a <see cref="ModelDescription"/>.</summary>
/// <param name="BaseModel">The checkpoint, or a folder as diffusers writes it.</param>
/// <param name="Vae">A VAE to take instead of the checkpoint's, or null.</param>
public sealed record DescribeModelJob(string BaseModel, string? Vae) : WorkerJob;

/// <summary>Bakes LoRA files into a checkpoint: one <see cref="FinishedEvent"/> whose id is the target.</summary>
/// <param name="Checkpoint">The checkpoint, a single file.</param>
/// <param name="Loras">The LoRA files.</param>
/// <param name="Target">The file to write.</param>
public sealed record MergeJob(string Checkpoint, IReadOnlyList<LoraToMerge> Loras, string Target) : WorkerJob;

/// <summary>Writes the general tags that a tagger knows.</summary>
/// <param name="Labels">Its <c>selected_tags.csv</c>.</param>
/// <param name="Target">The tag list to write, in the tagger's order; its id in the answer.</param>
public sealed record ListTagsJob(string Labels, string Target) : WorkerJob;

/// <summary>Draws pictures with a model, with LoRA files on it or without.</summary>
/// <param name="BaseModel">The checkpoint, or a folder as diffusers writes it.</param>
/// <param name="Tokenizer">CLIP's vocabulary: a folder or merges.txt; null to look beside the checkpoint.</param>
/// <param name="Options">Training options by sd-scripts' names; of them count those that say how the model is used.</param>
/// <param name="Batches">The pictures that are drawn at a time; each batch is answered by a <see cref="FinishedEvent"/>.</param>
public sealed record DrawJob(
    string BaseModel, string? Tokenizer, IReadOnlyDictionary<string, string> Options, IReadOnlyList<BatchToDraw> Batches) : WorkerJob
{
    /// <summary>The file that has the prompts, for messages; null where nobody wrote them.</summary>
    public string? PromptFile { get; init; }

    /// <summary>A VAE to take instead of the checkpoint's, or null.</summary>
    public string? Vae { get; init; }

    /// <summary>From where CLIP's merges.txt is fetched, into the store's folder, when neither the job nor the model has it.</summary>
    public string? TokenizerUrl { get; init; }

    /// <summary>The folder of the content store.</summary>
    public string? CachePath { get; init; }
}

/// <summary>A LoRA to bake in.</summary>
/// <param name="Path">The file.</param>
/// <param name="Strength">The factor of the changes: 1 as trained.</param>
public sealed record LoraToMerge(string Path, double Strength);

/// <summary>Pictures that are drawn together.</summary>
/// <param name="Id">The id that the answer carries.</param>
/// <param name="Lora">The LoRA file to put on the model, or null for the model alone.</param>
/// <param name="Pictures">The pictures.</param>
public sealed record BatchToDraw(string Id, string? Lora, IReadOnlyList<PictureToDraw> Pictures);

/// <summary>A picture to draw.</summary>
/// <param name="Target">The PNG to write.</param>
/// <param name="Request">The picture to draw; a side of 0 gets the length that the model draws best.</param>
public sealed record PictureToDraw(string Target, PictureRequest Request);
