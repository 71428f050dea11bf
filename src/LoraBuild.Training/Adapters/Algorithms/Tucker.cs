namespace LoraBuild.Training.Adapters.Algorithms;

/// <summary>
/// Tucker's decomposition of a convolution's kernel as LyCORIS has it: a small tensor between a matrix for either side's channels.
/// </summary>
internal static class Tucker
{
    /// <summary>The core tensor taken together with the matrix of the input's channels.</summary>
    /// <param name="core">[rank, rank, height, width].</param>
    /// <param name="inputs">[rank, in].</param>
    /// <returns>[rank, in x height x width].</returns>
    public static Tensor Join(Tensor core, Tensor inputs)
    {
        var rank = core.shape[0];
        return core.permute(0, 2, 3, 1).matmul(inputs).permute(0, 3, 1, 2).reshape(rank, -1);
    }
}
