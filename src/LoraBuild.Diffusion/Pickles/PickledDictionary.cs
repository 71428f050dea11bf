namespace LoraBuild.Diffusion.Pickles;

/// <summary>A Python dictionary.</summary>
internal sealed class PickledDictionary : Dictionary<object, object?>
{
    /// <summary>The dictionary under a key, or null.</summary>
    public PickledDictionary? Child(string key) => TryGetValue(key, out var value) ? value as PickledDictionary : null;
}
