using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Settings.Tests.Documentation;

/// <summary>build/README.md and build/TrainingOptions.props say what the code says.</summary>
public class BuildReadmeTests
{
    private static readonly string Readme = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "build", "README.md"));

    [Fact]
    public void Every_code_is_listed_once_and_no_other()
    {
        var codes = typeof(DiagnosticCode).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!);
        Assert.Equal(codes.Order(StringComparer.Ordinal), Regex.Matches(Readme, @"^\| (LB\d{4}) \|", RegexOptions.Multiline).Select(row => row.Groups[1].Value));
    }

    [Fact]
    public void Every_training_option_is_listed_with_its_default_and_meaning()
    {
        foreach (var option in TrainingSettings.Options)
        {
            var value = option.Default.Length == 0 ? "" : $"`{option.Default}`";
            Assert.Contains($"| `{option.Property}` | `{option.Name}` | {value} | {option.Meaning} |\n", Readme, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_property_is_named() =>
        Assert.All(ProjectProperties.Names, name => Assert.Contains($"`{name}`", Readme, StringComparison.Ordinal));

    [Fact]
    public void The_build_passes_every_training_option_on()
    {
        XNamespace none = "";
        var items = XDocument.Load(Path.Combine(AppContext.BaseDirectory, "build", "TrainingOptions.props")).Descendants(none + "LoraTrainingOption")
            .Select(item => ((string?)item.Attribute("Include"), (string?)item.Attribute("Value")));
        Assert.Equal(TrainingSettings.Options.Select(option => ((string?)option.Name, (string?)$"$({option.Property})")), items);
    }
}
