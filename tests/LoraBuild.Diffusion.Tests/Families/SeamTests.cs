using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace LoraBuild.Diffusion.Tests.Families;

/// <summary>
/// A family's parts stay behind <see cref="Diffusion.Families.IDiffusionModel"/>: no other code says what a model is made of.
/// </summary>
public partial class SeamTests
{
    [Fact]
    public void Nothing_outside_of_the_families_uses_their_building_blocks()
    {
        var source = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", "..", "src"));
        var allowed = new[] { "Families", "Clip", "UNet" }
            .Select(folder => Path.Combine(source, "LoraBuild.Diffusion", folder) + Path.DirectorySeparatorChar);
        var list = Path.Combine(source, "LoraBuild.Diffusion", "ModelFamilies.cs");

        var files = Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories)
            .Where(file => file != list && !allowed.Any(folder => file.StartsWith(folder, StringComparison.Ordinal)))
            .ToList();

        Assert.True(files.Count > 100);
        Assert.DoesNotContain(files, file => BuildingBlock().IsMatch(File.ReadAllText(file)));
    }

    private static string Here([CallerFilePath] string path = "") => path;

    [GeneratedRegex(@"LoraBuild\.Diffusion\.(Clip|UNet|Families\.\w+);")]
    private static partial Regex BuildingBlock();
}
