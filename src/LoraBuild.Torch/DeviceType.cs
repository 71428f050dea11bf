namespace LoraBuild.Torch;

/// <summary>Kinds of processors, numbered as libtorch numbers them. ROCm builds of libtorch call their GPUs CUDA.</summary>
public enum DeviceType
{
    CPU = 0,
    CUDA = 1,
    HIP = 6,
    XLA = 9,
    MPS = 13,
    META = 14,
}
