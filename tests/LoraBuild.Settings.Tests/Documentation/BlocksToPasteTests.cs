using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace LoraBuild.Settings.Tests.Documentation;

/// <summary>The property groups of the reference, which authors paste into their projects.</summary>
public sealed partial class BlocksToPasteTests
{
    [Fact]
    public void Each_has_properties_that_there_are_with_values_that_go_together()
    {
        var reference = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "build", "README.md"));
        var groups = XmlBlocks().Matches(reference).Select(block => XDocument.Parse($"<Project>{block.Groups["xml"].Value}</Project>"))
            .SelectMany(document => document.Root!.Elements("PropertyGroup"))
            .Select(group => group.Elements().Where(property => property.Name.LocalName.StartsWith("Lora", StringComparison.Ordinal)))
            .Select(group => group.ToDictionary(property => Options.Find(property.Name.LocalName)!, property => property.Value.Trim()))
            .ToList();

        // SDXL's three at least.
        Assert.True(groups.Count >= 3);
        Assert.All(groups, group =>
        {
            Assert.All(group, setting => Assert.True(setting.Key.Accepts(setting.Value), $"{setting.Key} {setting.Value}"));
            TrainingSettings.Parse(
                group.Where(setting => setting.Key.Name is not null)
                    .ToDictionary(setting => setting.Key.Name!, setting => setting.Value), out var problems);
            Assert.Empty(problems);
        });
    }

    [GeneratedRegex(@"```xml\n(?<xml>.*?)```", RegexOptions.Singleline)]
    private static partial Regex XmlBlocks();
}
