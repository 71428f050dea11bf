namespace LoraBuild.Torch;

/// <summary>The operators of Native/own_operators.h. Those for a CPU alone exist where libtorch's BLAS can be reached.</summary>
internal static class OwnOperators
{
    internal static readonly Operator attention = "lorabuild::attention";
    internal static readonly Operator convolution_product = "lorabuild::convolution_product";
    internal static readonly Operator gated_gelu = "lorabuild::gated_gelu";
    internal static readonly Operator hadamard_factors = "lorabuild::hadamard_factors";
    internal static readonly Operator hadamard_layer = "lorabuild::hadamard_layer";
    internal static readonly Operator hadamard_weight = "lorabuild::hadamard_weight";
    internal static readonly Operator linear_product = "lorabuild::linear_product";
}
