using System.Text.Json;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;

namespace LoraBuild.Protocol.Logging;

/// <summary>The course of a training, step by step.</summary>
/// <param name="StepsPerEpoch">Steps in one pass over the data.</param>
/// <param name="Losses">The loss of every step.</param>
/// <param name="UnetLr">The learning rate of the UNet's adapters at every step.</param>
/// <param name="TextEncoderLr">The learning rate of the text encoder's adapters at every step; null where it has none.</param>
public sealed record TrainingLog(
    int StepsPerEpoch, IReadOnlyList<double> Losses, IReadOnlyList<double> UnetLr, IReadOnlyList<double>? TextEncoderLr)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>The log's file name beside a LoRA.</summary>
    /// <param name="outputName">The LoRA's file name without extension.</param>
    public static string FileName(string outputName) => $"{outputName}-log.json";

    /// <summary>The mean of a step's loss and of those before it, as many as an epoch has: sd-scripts' <c>loss/average</c>.</summary>
    /// <param name="losses">The loss of every step.</param>
    /// <param name="step">The step, from 0.</param>
    /// <param name="stepsPerEpoch">Steps in one pass over the data.</param>
    public static double AverageLoss(IReadOnlyList<double> losses, int step, int stepsPerEpoch)
    {
        var first = Math.Max(0, step + 1 - stepsPerEpoch);
        return Enumerable.Range(first, step + 1 - first).Average(index => losses[index]);
    }

    /// <summary>Reads a log; null where there is none, or a damaged one.</summary>
    public static TrainingLog? TryRead(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<TrainingLog>(WholeFile.ReadBytes(path), Json);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException || BadInput.IsCause(e))
        {
            return null;
        }
    }

    /// <summary>Writes the log. The same log gives the same bytes.</summary>
    /// <exception cref="Base.Diagnostics.LoraBuildException">LB6001: it cannot be written.</exception>
    public void Write(string path) => AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, this, Json));
}
