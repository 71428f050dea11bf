using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Tagging;

/// <summary>An ONNX file with the interface of the WD taggers: pictures in, a score for each label out. Safe for any number of threads.</summary>
internal sealed class TaggerModel : IDisposable
{
    private const int GpuBatch = 8;

    private readonly OnnxModel model;
    private readonly string inputName;
    private readonly string outputName;
    private readonly string path;
    private readonly int labelCount;

    private TaggerModel(OnnxModel model, string path, int labelCount, TaggerOptions options)
    {
        this.model = model;
        this.path = path;
        this.labelCount = labelCount;
        (inputName, Input, var takesAnyBatch) = FindInput();
        outputName = FindOutput();
        BatchSize = !takesAnyBatch ? 1 : options.BatchSize > 0 ? options.BatchSize : model.IsOnGpu ? GpuBatch : 1;
    }

    /// <summary>The size and layout that the file asks for.</summary>
    public TaggerInput Input { get; }

    /// <summary>How many pictures a run takes.</summary>
    public int BatchSize { get; }

    /// <summary>Loads the file.</summary>
    /// <param name="path">The .onnx file.</param>
    /// <param name="labelCount">The number of labels that its output must have.</param>
    /// <param name="options">Threads and device.</param>
    /// <param name="warnings">LB3006 is added where a GPU was asked for, is there, and does not work.</param>
    /// <exception cref="LoraBuildException">LB3001, LB3002, LB3003; see <see cref="WdTagger.Open"/>.</exception>
    public static TaggerModel Open(string path, int labelCount, TaggerOptions options, List<Diagnostic> warnings) =>
        OnnxModel.Open(path, options, warnings, model => new TaggerModel(model, path, labelCount, options));

    /// <summary>The scores of pictures, one row of labels after another.</summary>
    /// <param name="pictures"><see cref="TaggerInput.Length"/> numbers a picture.</param>
    public float[] Run(float[] pictures)
    {
        long side = Input.Size;
        var count = pictures.Length / Input.Length;
        var (_, scores) = model.Run(inputName, pictures, Input.IsChannelsFirst ? [count, 3, side, side] : [count, side, side, 3], outputName);
        return scores.Length == count * labelCount ? scores : throw WrongLabelCount(scores.Length / count);
    }

    /// <inheritdoc/>
    public void Dispose() => model.Dispose();

    private (string Name, TaggerInput Input, bool TakesAnyBatch) FindInput()
    {
        if (model.OnlyInput(rank: 4) is var (name, dimensions) && dimensions[0] is -1 or 1)
        {
            switch (dimensions)
            {
                case [var batch, > 0 and var height, > 0 and var width, 3] when height == width:
                    return (name, new TaggerInput(height, IsChannelsFirst: false), batch < 0);
                case [var batch, 3, > 0 and var height, > 0 and var width] when height == width:
                    return (name, new TaggerInput(height, IsChannelsFirst: true), batch < 0);
            }
        }
        throw model.Invalid(
            $"A WD tagger takes one picture as float [batch, size, size, 3] or [batch, 3, size, size]; this model takes {OnnxModel.Describe(model.Inputs)}.");
    }

    private string FindOutput()
    {
        foreach (var (name, output) in model.Outputs)
        {
            if (!output.IsTensor || output.ElementType != typeof(float) || output.Dimensions is not [_, var count])
                continue;
            return count < 0 || count == labelCount ? name : throw WrongLabelCount(count);
        }
        throw model.Invalid($"A WD tagger gives float [batch, labels]; this model gives {OnnxModel.Describe(model.Outputs)}.");
    }

    private LoraBuildException WrongLabelCount(int count) => new(
        DiagnosticCode.TaggerLabelsInvalid, $"The model gives {count} scores a picture, and its label file has {labelCount} labels. Use the selected_tags.csv that came with the model.", path);
}
