using Microsoft.ML.OnnxRuntime;

namespace LoraBuild.Tagging;

/// <summary>The settings of ONNX Runtime for the whole process.</summary>
internal static class OnnxRuntimeEnvironment
{
    private static readonly Lock Gate = new();

    /// <summary>The library's name and version.</summary>
    public static string Version
    {
        get
        {
            Quieten();
            return $"ONNX Runtime {OrtEnv.Instance().GetVersionString()}{(HasCuda ? ", CUDA" : "")}";
        }
    }

    /// <summary>True if this build of ONNX Runtime can use NVIDIA GPUs.</summary>
    public static bool HasCuda => OrtEnv.Instance().GetAvailableProviders().Contains("CUDAExecutionProvider");

    /// <summary>Turns telemetry and log lines off; errors come as exceptions.</summary>
    public static void Quieten()
    {
        lock (Gate)
        {
            if (OrtEnv.IsCreated)
                return;
            var quiet = new EnvironmentCreationOptions { logId = "LoraBuild", logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
            OrtEnv.CreateInstanceWithOptions(ref quiet).DisableTelemetryEvents();
        }
    }

    /// <summary>CUDA with the algorithm that cuDNN names for a shape, not the fastest of a race, and without TF32.</summary>
    public static OrtCUDAProviderOptions DeterministicCuda()
    {
        var options = new OrtCUDAProviderOptions();
        options.UpdateOptions(new Dictionary<string, string> { ["cudnn_conv_algo_search"] = "HEURISTIC", ["use_tf32"] = "0" });
        return options;
    }
}
