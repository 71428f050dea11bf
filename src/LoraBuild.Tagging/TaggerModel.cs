using LoraBuild.Core.Diagnostics;
using Microsoft.ML.OnnxRuntime;

namespace LoraBuild.Tagging;

/// <summary>An ONNX file with the interface of the WD taggers: one picture in, one score a label out. Safe for any number of threads.</summary>
internal sealed class TaggerModel : IDisposable
{
    private readonly InferenceSession session;
    private readonly RunOptions runOptions = new();
    private readonly string inputName;
    private readonly string outputName;
    private readonly string path;
    private readonly int labelCount;

    private TaggerModel(InferenceSession session, string path, int labelCount)
    {
        this.session = session;
        this.path = path;
        this.labelCount = labelCount;
        (inputName, Input) = FindInput();
        outputName = FindOutput();
    }

    /// <summary>The size and layout that the file asks for.</summary>
    public TaggerInput Input { get; }

    /// <summary>Loads the file.</summary>
    /// <param name="path">The .onnx file.</param>
    /// <param name="labelCount">The number of labels that its output must have.</param>
    /// <param name="options">Threads and device.</param>
    /// <param name="warnings">LB3006 is added where a GPU was asked for, is there, and does not work.</param>
    /// <exception cref="LoraBuildException">LB3001, LB3002, LB3003; see <see cref="WdTagger.Open"/>.</exception>
    public static TaggerModel Open(string path, int labelCount, TaggerOptions options, List<Diagnostic> warnings)
    {
        if (!File.Exists(path))
            throw new LoraBuildException(DiagnosticCode.TaggerMissing, "The tagger's model does not exist. Name the .onnx file of a WD tagger.", path);
        var session = OpenSession(path, options, warnings);
        try
        {
            return new TaggerModel(session, path, labelCount);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>The scores of one picture.</summary>
    /// <param name="picture"><see cref="TaggerInput.Length"/> numbers.</param>
    public float[] Run(float[] picture)
    {
        try
        {
            long side = Input.Size;
            using var input = OrtValue.CreateTensorValueFromMemory(picture, Input.IsChannelsFirst ? [1, 3, side, side] : [1, side, side, 3]);
            using var outputs = session.Run(runOptions, [inputName], [input], [outputName]);
            var scores = outputs[0].GetTensorDataAsSpan<float>().ToArray();
            return scores.Length == labelCount ? scores : throw WrongLabelCount(scores.Length);
        }
        catch (OnnxRuntimeException e)
        {
            throw Invalid($"The model does not run: {Reason(e)}");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        runOptions.Dispose();
        session.Dispose();
    }

    private static InferenceSession OpenSession(string path, TaggerOptions options, List<Diagnostic> warnings)
    {
        try
        {
            OnnxRuntimeEnvironment.Quieten();
            if (options.UseGpu && OnnxRuntimeEnvironment.HasCuda)
            {
                try
                {
                    using var onGpu = SessionSettings(options);
                    using var cuda = OnnxRuntimeEnvironment.DeterministicCuda();
                    onGpu.AppendExecutionProvider_CUDA(cuda);
                    return new InferenceSession(path, onGpu);
                }
                catch (OnnxRuntimeException e)
                {
                    warnings.Add(new Diagnostic(DiagnosticCode.TaggerOnCpu, Severity.Warning, $"The GPU cannot be used for tagging, which runs on the CPU instead: {Reason(e)}"));
                }
            }
            using var onCpu = SessionSettings(options);
            return new InferenceSession(path, onCpu);
        }
        catch (OnnxRuntimeException e)
        {
            throw new LoraBuildException(
                DiagnosticCode.TaggerModelInvalid, $"The file is damaged or not an ONNX model: {Reason(e)} Fetch the model again.", path, innerException: e);
        }
        catch (Exception e) when (e is DllNotFoundException || e.InnerException is DllNotFoundException)
        {
            throw new LoraBuildException(DiagnosticCode.EngineMissing, "ONNX Runtime, which runs the tagger, is not beside LoraBuild. Run build/setup.sh and build again.", innerException: e);
        }
    }

    private static SessionOptions SessionSettings(TaggerOptions options) => new()
    {
        IntraOpNumThreads = options.IntraOpThreads,
        InterOpNumThreads = 1,
        LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
    };

    private (string Name, TaggerInput Input) FindInput()
    {
        var found = Describe(session.InputMetadata);
        if (session.InputMetadata.Count == 1)
        {
            var (name, input) = session.InputMetadata.First();
            if (input.IsTensor && input.ElementType == typeof(float) && input.Dimensions is [-1 or 1, _, _, _])
            {
                switch (input.Dimensions)
                {
                    case [_, > 0 and var height, > 0 and var width, 3] when height == width:
                        return (name, new TaggerInput(height, IsChannelsFirst: false));
                    case [_, 3, > 0 and var height, > 0 and var width] when height == width:
                        return (name, new TaggerInput(height, IsChannelsFirst: true));
                }
            }
        }
        throw Invalid($"A WD tagger takes one picture as float [batch, size, size, 3] or [batch, 3, size, size]; this model takes {found}.");
    }

    private string FindOutput()
    {
        var found = Describe(session.OutputMetadata);
        foreach (var (name, output) in session.OutputMetadata)
        {
            if (!output.IsTensor || output.ElementType != typeof(float) || output.Dimensions is not [_, var count])
                continue;
            return count < 0 || count == labelCount ? name : throw WrongLabelCount(count);
        }
        throw Invalid($"A WD tagger gives float [batch, labels]; this model gives {found}.");
    }

    private static string Describe(IReadOnlyDictionary<string, NodeMetadata> nodes) => string.Join(" and ", nodes.Select(node =>
        node.Value.IsTensor
            ? $"'{node.Key}' {node.Value.ElementDataType} [{string.Join(", ", node.Value.Dimensions.Select(side => side < 0 ? "any" : $"{side}"))}]"
            : $"'{node.Key}', which is no tensor"));

    private LoraBuildException Invalid(string message) =>
        new(DiagnosticCode.TaggerModelInvalid, message, path);

    private LoraBuildException WrongLabelCount(int count) => new(
        DiagnosticCode.TaggerLabelsInvalid, $"The model gives {count} scores a picture, and its label file has {labelCount} labels. Use the selected_tags.csv that came with the model.", path);

    /// <summary>ONNX Runtime's message without its error code and source location.</summary>
    private static string Reason(OnnxRuntimeException e)
    {
        var message = e.Message.Split('\n')[0];
        var end = message.LastIndexOf(" : ", StringComparison.Ordinal);
        return (end < 0 ? message : message[(end + 3)..]).Trim().TrimEnd('.') + ".";
    }
}
