using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Tagging;

/// <summary>The model of a tagger: pictures in, a score for each label out. Safe for any number of threads.</summary>
internal sealed class TaggerModel : IDisposable
{
    private const int GpuBatch = 8;

    private readonly OnnxModel model;
    private readonly ITaggerFormat format;
    private readonly TaggerLayout layout;
    private readonly int labelCount;

    private TaggerModel(OnnxModel model, ITaggerFormat format, TaggerLayout layout, int labelCount, TaggerOptions options)
    {
        (this.model, this.format, this.layout, this.labelCount) = (model, format, layout, labelCount);
        BatchSize = !layout.TakesBatches ? 1 : options.BatchSize > 0 ? options.BatchSize : model.IsOnGpu ? GpuBatch : 1;
    }

    /// <summary>The size and layout that the file asks for.</summary>
    public ITaggerInput Input => layout.Input;

    /// <summary>The number of pictures in a run.</summary>
    public int BatchSize { get; }

    /// <summary>Loads the file.</summary>
    /// <param name="modelPath">The .onnx file.</param>
    /// <param name="labelsPath">The label file.</param>
    /// <param name="format">The format of both.</param>
    /// <param name="labelCount">The number of labels that its output must have.</param>
    /// <param name="options">Threads and device.</param>
    /// <param name="warnings">LB3006 is added where a GPU was asked for, is there, and does not work.</param>
    /// <exception cref="LoraBuildException">LB3001, LB3002, LB3003; see <see cref="Tagger.Open"/>.</exception>
    public static TaggerModel Open(
        string modelPath, string labelsPath, ITaggerFormat format, int labelCount, TaggerOptions options, List<Diagnostic> warnings) =>
        OnnxModel.Open(
            modelPath, options, warnings,
            model => new TaggerModel(model, format, format.Examine(model, labelsPath, labelCount), labelCount, options));

    /// <summary>Scores pictures, one row of labels after another.</summary>
    /// <param name="pictures"><see cref="ITaggerInput.Length"/> numbers a picture.</param>
    public float[] Run(float[] pictures)
    {
        var count = pictures.Length / Input.Length;
        var (_, scores) = model.Run(layout.InputName, pictures, Input.Shape(count), layout.OutputName);
        if (scores.Length != count * labelCount)
            throw model.WrongLabelCount(scores.Length / count, labelCount);
        format.ToScores(scores);
        return scores;
    }

    /// <inheritdoc/>
    public void Dispose() => model.Dispose();
}
