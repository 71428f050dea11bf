namespace LoraBuild.Diffusion.Loading;

/// <summary>A tensor of a model as a file stores it.</summary>
/// <param name="File">The file.</param>
/// <param name="Name">Its name there.</param>
/// <param name="Shape">Its sizes.</param>
/// <param name="Rows">The part of the file's tensor that it is, along the first axis; null for all.</param>
internal sealed record StoredTensor(ITensorFile File, string Name, IReadOnlyList<long> Shape, (long First, long Count)? Rows = null)
{
    /// <summary>Reads it into a type and onto a device.</summary>
    public Tensor Load(ScalarType dtype, Device device) => File.Load(Name, dtype, device, Rows);
}
