namespace LoraBuild.Torch.Interop;

/// <summary>The kind of a <see cref="NativeValue"/>; the same order as in Native/lorabuild_torch.cpp.</summary>
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
