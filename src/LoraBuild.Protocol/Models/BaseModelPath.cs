using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Protocol.Models;

/// <summary>
/// The forms that <c>LoraBaseModel</c> may name: a checkpoint file, a folder with exactly one, or a folder as diffusers writes it.
/// </summary>
public static class BaseModelPath
{
    private const string CheckpointPattern = "*.safetensors";

    /// <summary>The checkpoint file or the diffusers folder.</summary>
    /// <exception cref="LoraBuildException">LB4001: there is none, or the folder holds several.</exception>
    public static string Resolve(string path)
    {
        if (File.Exists(path) || DiffusersFolder.IsAt(path))
            return path;
        if (!Directory.Exists(path))
            throw new LoraBuildException(DiagnosticCode.BaseModelMissing, "The base model does not exist. Correct LoraBaseModel.", path);
        var files = Directory.GetFiles(path, CheckpointPattern);
        return files.Length == 1 ? files[0] : throw new LoraBuildException(
            DiagnosticCode.BaseModelMissing,
            $"The folder has no unet folder as diffusers writes it, and holds {files.Length} .safetensors files instead of one. Name the "
            + "file to use.",
            path);
    }
}
