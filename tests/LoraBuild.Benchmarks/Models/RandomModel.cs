namespace LoraBuild.Benchmarks.Models;

/// <summary>
/// Writes a checkpoint of Stable Diffusion 1.5's full size with random weights, for runs that need the size and not the pictures.
/// </summary>
internal sealed class RandomModel : IBenchmark
{
    /// <inheritdoc/>
    public string Name => "random-sd15";

    /// <inheritdoc/>
    public string Summary => "writes a full-size SD1.5 checkpoint with random weights (fp16, 2.1 GB): FILE.safetensors";

    /// <inheritdoc/>
    public void Run(IReadOnlyList<string> arguments) => StableDiffusion15.WriteRandom(arguments[0], ScalarType.Float16);
}
