namespace LoraBuild.Core.Settings;

/// <summary>LyCORIS' <c>algo</c>: how an adapter's weights make up the change of a layer's weight.</summary>
public enum AdapterAlgorithm
{
    /// <summary><c>loha</c>: the Hadamard product of two low-rank products (FedPara, arXiv:2108.06098).</summary>
    LoHa,
}
