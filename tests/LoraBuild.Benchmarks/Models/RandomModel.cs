namespace LoraBuild.Benchmarks.Models;

/// <summary>
/// Writes a checkpoint of a base model's full size with random weights, for runs that need the size and not the pictures.
/// </summary>
internal sealed class RandomModel(FullSizeModel model) : IBenchmark
{
    /// <inheritdoc/>
    public string Name => $"random-{model.Name}";

    /// <inheritdoc/>
    public string Summary => $"writes a full-size {model.Title} checkpoint with random weights (fp16, {Size:0.0} GB): FILE.safetensors";

    private double Size =>
        2e-9 * model.Tensors().Sum(tensor => tensor.Shape.Aggregate(1L, (product, size) => product * size));

    /// <inheritdoc/>
    public void Run(IReadOnlyList<string> arguments) => model.WriteRandom(arguments[0], ScalarType.Float16);
}
