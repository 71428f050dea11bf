namespace LoraBuild.Torch;

/// <summary>What is put around a tensor by <see cref="torch.nn.functional.pad(torch.Tensor, long[], PaddingModes, double)"/>.</summary>
public enum PaddingModes
{
    Zeros = 0,
    Reflect = 1,
    Replicate = 2,
    Circular = 3,
    Constant = 4,
}
