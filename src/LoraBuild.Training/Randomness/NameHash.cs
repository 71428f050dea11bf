using System.Text;

namespace LoraBuild.Training.Randomness;

/// <summary>
/// A layer's name as a part of a random stream's name, so that what is drawn for it does not depend on which other layers there are.
/// </summary>
internal static class NameHash
{
    /// <summary>Fowler, Noll and Vo's hash, 64 bits, FNV-1a, of the name's UTF-8.</summary>
    public static long Of(string name)
    {
        var hash = 14695981039346656037UL;
        foreach (var unit in Encoding.UTF8.GetBytes(name))
            hash = unchecked((hash ^ unit) * 1099511628211UL);
        return unchecked((long)hash);
    }
}
