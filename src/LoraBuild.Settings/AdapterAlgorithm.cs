namespace LoraBuild.Settings;

/// <summary>LyCORIS' <c>algo</c>: how an adapter's weights make up the change of a layer's weight.</summary>
public enum AdapterAlgorithm
{
    /// <summary><c>loha</c>: the Hadamard product of two low-rank products (FedPara, arXiv:2108.06098).</summary>
    LoHa,

    /// <summary><c>lora</c>: one low-rank product (arXiv:2106.09685), on the layers and with the dropouts of sd-scripts' <c>networks.lora</c>.</summary>
    Lora,

    /// <summary><c>locon</c>: the same product on LyCORIS' layers, convolutions among them, and with LyCORIS' dropouts.</summary>
    LoCon,

    /// <summary><c>lokr</c>: a Kronecker product, the larger factor of which may be a low-rank product.</summary>
    LoKr,
}
