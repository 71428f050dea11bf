using LoraBuild.Base.Diagnostics;
using LoraBuild.Imaging;
using LoraBuild.Imaging.Rasters;

namespace LoraBuild.Tagging;

/// <summary>
/// A tagger of any of the formats in <see cref="TaggerFormats"/>: an ONNX file and its label file. On a CPU pictures go through the model
/// one at a time, as many at once as there are threads, so a picture's scores do not depend on its neighbours, nor on the number of
/// threads. On a GPU they go in batches of one size, which other threads make ready. Either way memory is bounded by threads and batch,
/// whatever the number of pictures.
/// </summary>
public sealed class Tagger : IDisposable
{
    private readonly TaggerModel model;
    private readonly TaggerOptions options;

    private Tagger(TaggerModel model, TaggerLabels labels, TaggerOptions options, IReadOnlyList<Diagnostic> warnings)
    {
        this.model = model;
        this.options = options;
        Labels = labels;
        Warnings = warnings;
    }

    /// <summary>The library that runs models, with its version.</summary>
    public static string EngineVersion => OnnxRuntimeEnvironment.Version;

    /// <summary>The labels, in the order of the scores.</summary>
    public TaggerLabels Labels { get; }

    /// <summary>The size and layout of the model's input.</summary>
    public ITaggerInput Input => model.Input;

    /// <summary>LB3006 where a GPU is there and cannot be used.</summary>
    public IReadOnlyList<Diagnostic> Warnings { get; }

    /// <summary>Loads a tagger.</summary>
    /// <param name="modelPath">The .onnx file.</param>
    /// <param name="labelsPath">Its label file, by which the format is known.</param>
    /// <param name="options">Threads and device; null for the defaults.</param>
    /// <exception cref="LoraBuildException">
    /// LB3001 a file is missing; LB3002 the model is damaged or has other inputs and outputs than its format (the message names them);
    /// LB3003 the labels are malformed or not as many as the model's outputs; LB6003 ONNX Runtime is missing.
    /// </exception>
    public static Tagger Open(string modelPath, string labelsPath, TaggerOptions? options = null)
    {
        options ??= new TaggerOptions();
        var format = TaggerFormats.Of(labelsPath);
        var labels = format.ReadLabels(labelsPath);
        var warnings = new List<Diagnostic>();
        return new Tagger(TaggerModel.Open(modelPath, labelsPath, format, labels.Count, options, warnings), labels, options, warnings);
    }

    /// <summary>The scores (0..1) of one picture, in the order of <see cref="Labels"/>.</summary>
    /// <exception cref="LoraBuildException">
    /// LB3002 or LB3003: the model does not run, or gives another number of scores than there are labels.
    /// </exception>
    public float[] Score(Raster picture)
    {
        var input = new float[Input.Length];
        Input.Write(picture, input);
        return model.Run(input);
    }

    /// <summary>The scores of pictures that <see cref="Input"/> has written, one row of labels after another.</summary>
    /// <exception cref="LoraBuildException">LB3002 or LB3003, as for <see cref="Score(Raster)"/>.</exception>
    public float[] Score(float[] inputs) => model.Run(inputs);

    /// <summary>Scores pictures; one that cannot be read does not keep the others from it.</summary>
    /// <param name="pictures">Files that <see cref="PictureDecoder"/> reads; alpha is a mask for the training and not looked at.</param>
    /// <param name="scored">Called with the index and the scores of each picture, one call at a time, in no particular order.</param>
    /// <param name="failed">Called likewise with the index of each picture that cannot be read, and why.</param>
    /// <param name="cancellation">Ends the work after the pictures in progress.</param>
    /// <exception cref="LoraBuildException">
    /// LB3002 or LB3003: the model does not run, or gives another number of scores than there are labels.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Score(
        IReadOnlyList<string> pictures,
        Action<int, float[]> scored,
        Action<int, LoraBuildException> failed,
        CancellationToken cancellation = default)
    {
        if (model.BatchSize > 1)
            new BatchPipeline(model, options.Threads).Run(pictures, scored, failed, cancellation);
        else
            ScoreEach(pictures, scored, failed, cancellation);
    }

    private void ScoreEach(
        IReadOnlyList<string> pictures, Action<int, float[]> scored, Action<int, LoraBuildException> failed, CancellationToken cancellation)
    {
        var gate = new Lock();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.Threads, CancellationToken = cancellation };
        try
        {
            Parallel.For(0, pictures.Count, parallel, () => new float[Input.Length], (index, _, input) =>
            {
                try
                {
                    Input.Write(PictureDecoder.Decode(pictures[index]).Raster.WithoutAlpha(), input);
                }
                catch (LoraBuildException e)
                {
                    lock (gate)
                        failed(index, e);
                    return input;
                }
                var scores = model.Run(input);
                lock (gate)
                    scored(index, scores);
                return input;
            }, _ => { });
        }
        catch (AggregateException e) when (e.InnerExceptions.Count > 0)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => model.Dispose();
}
