namespace LoraBuild.Diffusion.Pickles;

/// <summary>A storage as a pickle names it; its bytes lie in an entry of the zip file.</summary>
/// <param name="Key">The entry's name below <c>data/</c>.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="Count">The number of its elements.</param>
internal sealed record PickledStorage(string Key, ScalarType Type, long Count);
