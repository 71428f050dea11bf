namespace LoraBuild.Training.Adapters;

/// <summary>How a LoHa's change reaches the layer's output. Both give the same output and gradients.</summary>
public enum LoHaForm
{
    /// <summary>As a product of rank r^2 beside the frozen layer.</summary>
    Factored,

    /// <summary>Added to the frozen weight, as LyCORIS does.</summary>
    Materialized,
}
