namespace LoraBuild.Builds.Craft;

/// <summary>A project of one variant in a temporary folder.</summary>
internal sealed class CraftedProject : BuiltProject
{
    /// <inheritdoc cref="CraftProject.Write" path="/param"/>
    public CraftedProject(CraftVariant variant, int steps, int samples, int seed) =>
        CraftProject.Write(variant, steps, samples, seed, Folder);
}
