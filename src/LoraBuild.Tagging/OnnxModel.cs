using LoraBuild.Base.Diagnostics;
using Microsoft.ML.OnnxRuntime;

namespace LoraBuild.Tagging;

/// <summary>An ONNX file that takes one tensor of single precision and gives others. Safe for any number of threads.</summary>
internal sealed class OnnxModel : IDisposable
{
    private readonly InferenceSession session;
    private readonly RunOptions runOptions = new();
    private readonly string path;

    private OnnxModel(InferenceSession session, string path, bool isOnGpu)
    {
        this.session = session;
        this.path = path;
        IsOnGpu = isOnGpu;
    }

    /// <summary>True if a GPU runs it.</summary>
    public bool IsOnGpu { get; }

    /// <summary>Names, types and shapes of what it takes.</summary>
    public IReadOnlyDictionary<string, NodeMetadata> Inputs => session.InputMetadata;

    /// <summary>Names, types and shapes of what it gives.</summary>
    public IReadOnlyDictionary<string, NodeMetadata> Outputs => session.OutputMetadata;

    /// <summary>Loads a file.</summary>
    /// <param name="path">The .onnx file.</param>
    /// <param name="options">Threads and device.</param>
    /// <param name="warnings">LB3006 is added where a GPU was asked for, is there, and does not work.</param>
    /// <exception cref="LoraBuildException">LB3001 it is missing; LB3002 it is damaged; LB6003 ONNX Runtime is missing.</exception>
    public static OnnxModel Open(string path, TaggerOptions options, List<Diagnostic> warnings)
    {
        if (!File.Exists(path))
            throw new LoraBuildException(DiagnosticCode.TaggerMissing, "The model does not exist. Name its .onnx file.", path);
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
                    return new OnnxModel(new InferenceSession(path, onGpu), path, isOnGpu: true);
                }
                catch (OnnxRuntimeException e)
                {
                    warnings.Add(new Diagnostic(
                        DiagnosticCode.TaggerOnCpu,
                        Severity.Warning,
                        $"The GPU cannot be used for tagging, which runs on the CPU instead: {Reason(e)}"));
                }
            }
            using var onCpu = SessionSettings(options);
            return new OnnxModel(new InferenceSession(path, onCpu), path, isOnGpu: false);
        }
        catch (OnnxRuntimeException e)
        {
            throw new LoraBuildException(
                DiagnosticCode.TaggerModelInvalid, $"The file is damaged or not an ONNX model: {Reason(e)} Fetch the model again.", path,
                innerException: e);
        }
        catch (Exception e) when (e is DllNotFoundException || e.InnerException is DllNotFoundException)
        {
            throw new LoraBuildException(
                DiagnosticCode.EngineMissing,
                "ONNX Runtime, which runs the models, does not load: "
                + $"{e.GetBaseException().Message.Split('\n')[0]} Delete '{AppContext.BaseDirectory}' and build again.",
                innerException: e);
        }
    }

    /// <summary>Loads a file as a certain kind of model, which may refuse it.</summary>
    /// <inheritdoc cref="Open(string, TaggerOptions, List{Diagnostic})"/>
    public static TModel Open<TModel>(string path, TaggerOptions options, List<Diagnostic> warnings, Func<OnnxModel, TModel> read)
    {
        var model = Open(path, options, warnings);
        try
        {
            return read(model);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>The name of the first output of single precision with this many dimensions; null where there is none.</summary>
    public string? OutputOf(int rank) => Outputs.FirstOrDefault(output => IsSingle(output.Value, rank)).Key;

    /// <summary>The only input, where it is a tensor of single precision with this many dimensions; null for any other model.</summary>
    public (string Name, int[] Dimensions)? OnlyInput(int rank) =>
        Inputs.Count == 1 && Inputs.First() is var (name, input) && IsSingle(input, rank) ? (name, input.Dimensions) : null;

    /// <summary>Runs the model.</summary>
    /// <param name="inputName">The input's name.</param>
    /// <param name="data">Its numbers.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="outputName">The output wanted.</param>
    /// <returns>The output's shape and numbers.</returns>
    /// <exception cref="LoraBuildException">LB3002: it does not run.</exception>
    public (long[] Shape, float[] Data) Run(string inputName, float[] data, long[] shape, string outputName)
    {
        try
        {
            using var input = OrtValue.CreateTensorValueFromMemory(data, shape);
            using var outputs = session.Run(runOptions, [inputName], [input], [outputName]);
            return (outputs[0].GetTensorTypeAndShape().Shape, outputs[0].GetTensorDataAsSpan<float>().ToArray());
        }
        catch (OnnxRuntimeException e)
        {
            throw Invalid($"The model does not run: {Reason(e)}");
        }
    }

    /// <summary>The error for a model that is not what it should be.</summary>
    public LoraBuildException Invalid(string message) => new(DiagnosticCode.TaggerModelInvalid, message, path);

    /// <summary>The error for a model with other labels than its label file.</summary>
    public LoraBuildException WrongLabelCount(int count, int labelCount) => new(
        DiagnosticCode.TaggerLabelsInvalid,
        $"The model gives {count} scores a picture, and its label file has {labelCount} labels. Use the label file that came with the "
        + "model.",
        path);

    /// <summary>Inputs or outputs for a message.</summary>
    public static string Describe(IReadOnlyDictionary<string, NodeMetadata> nodes) => string.Join(" and ", nodes.Select(node =>
        node.Value.IsTensor
            ? $"'{node.Key}' {node.Value.ElementDataType} [{string.Join(", ", node.Value.Dimensions.Select(Side))}]"
            : $"'{node.Key}', which is no tensor"));

    /// <inheritdoc/>
    public void Dispose()
    {
        runOptions.Dispose();
        session.Dispose();
    }

    private static string Side(int side) => side < 0 ? "any" : $"{side}";

    private static bool IsSingle(NodeMetadata node, int rank) =>
        node.IsTensor && node.ElementType == typeof(float) && node.Dimensions.Length == rank;

    private static SessionOptions SessionSettings(TaggerOptions options) => new()
    {
        IntraOpNumThreads = options.IntraOpThreads,
        InterOpNumThreads = 1,
        LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
    };

    /// <summary>ONNX Runtime's message without its error code and source location.</summary>
    private static string Reason(OnnxRuntimeException e)
    {
        var message = e.Message.Split('\n')[0];
        var end = message.LastIndexOf(" : ", StringComparison.Ordinal);
        return (end < 0 ? message : message[(end + 3)..]).Trim().TrimEnd('.') + ".";
    }
}
