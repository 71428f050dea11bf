namespace LoraBuild.Torch.Interop;

/// <summary>What a <see cref="NativeValue"/> holds; the same order as in Native/lorabuild_torch.cpp.</summary>
internal enum Tag
{
    None,
    Tensor,
    Int,
    Double,
    Bool,
    String,
    Device,
    Generator,
    IntList,
    TensorList,
}
