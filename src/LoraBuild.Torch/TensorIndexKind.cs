namespace LoraBuild.Torch;

/// <summary>The ways to index one dimension.</summary>
internal enum TensorIndexKind
{
    Slice,
    Single,
    Ellipsis,
    None,
    Bool,
    Tensor,
}
