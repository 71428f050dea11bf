namespace LoraBuild.Training.Adapters;

/// <summary>One of the tensors that make up an adapter.</summary>
/// <param name="Name">Its name in a LoRA file after the layer's and a dot, such as <c>hada_w1_a</c>.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="First">Its values in a new adapter.</param>
public sealed record AdapterFactor(string Name, IReadOnlyList<long> Shape, FirstValues First);
