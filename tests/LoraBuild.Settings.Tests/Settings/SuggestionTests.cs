using System.Text.RegularExpressions;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Settings.SdScripts;

namespace LoraBuild.Settings.Tests.Settings;

/// <summary>An author who takes what a message suggests is not refused a second time.</summary>
public partial class SuggestionTests
{
    public static TheoryData<string> Properties() =>
        [.. Options.All.Select(option => option.Property[..^1]).Where(name => name.Length > 4 && Options.Find(name) is null)];

    public static TheoryData<string> Optimizers() => [.. Options.OptimizerType.Choices];

    public static TheoryData<string> PropertiesOfWords() =>
        [.. Options.All.Where(option => option.Choices.Count > 0).Select(option => option.Property)];

    [Theory]
    [MemberData(nameof(PropertiesOfWords))]
    public void A_suggested_value_is_taken(string property)
    {
        var option = Options.Find(property)!;
        var slips = option.Choices.SelectMany(choice => (string[])[choice[..^1], choice + "e", choice.ToUpperInvariant() + "x"]);
        foreach (var slip in slips.Where(slip => !option.Accepts(slip)))
        {
            foreach (var suggested in Suggested(option.Problem(slip).Message))
                Assert.True(option.Accepts(suggested), $"{slip}, {suggested}");
        }
    }

    [Theory]
    [MemberData(nameof(Properties))]
    public void A_suggested_property_is_there(string slip)
    {
        using var project = Project($"<PropertyGroup><{slip}>1</{slip}></PropertyGroup>");

        var suggested = Assert.Single(Suggested(Assert.Single(ProjectProperties.FindUnknown(project.File("aoi.loraproj"))).Message));

        using var mended = Project($"<PropertyGroup><{suggested}>1</{suggested}></PropertyGroup>");
        Assert.Empty(ProjectProperties.FindUnknown(mended.File("aoi.loraproj")));
    }

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void A_suggested_argument_of_an_optimizer_is_taken(string optimizer)
    {
        var type = TrainingSettings.Parse(new Dictionary<string, string> { ["optimizer_type"] = optimizer }, out _).OptimizerType;
        foreach (var suggested in type.Arguments.SelectMany(
            argument => Problems(argument.Name + "s").SelectMany(problem => Suggested(problem.Message))))
            Assert.DoesNotContain(Problems(suggested), problem => problem.Message.Contains("takes no", StringComparison.Ordinal));

        IReadOnlyList<Diagnostic> Problems(string name)
        {
            _ = TrainingSettings.Parse(
                new Dictionary<string, string> { ["optimizer_type"] = optimizer, ["optimizer_args"] = $"{name}=1" }, out var problems);
            return problems;
        }
    }

    [Theory]
    [InlineData("<ItemGroup><{0} Include='a.png' /></ItemGroup>", "CharacterImages")]
    [InlineData("<ItemGroup><{0} Include='a' /></ItemGroup>", "Taggers")]
    [InlineData("<ItemGroup><{0} Include='a' /></ItemGroup>", "LoraToMerg")]
    [InlineData("<ItemGroup><CharacterImage Update='a.png' {0}='1' /></ItemGroup>", "Repeat")]
    [InlineData("<ItemGroup><CharacterImage Update='a.png' {0}='race' /></ItemGroup>", "Outfits")]
    [InlineData("<ItemGroup><Tagger Include='a' {0}='0.3' /></ItemGroup>", "CharacterTreshold")]
    [InlineData("<ItemGroup><LoraToMerge Include='a' {0}='0.3' /></ItemGroup>", "Strenght")]
    [InlineData("<PropertyGroup><{0}>0.1</{0}></PropertyGroup>", "NoiseOffset")]
    public void A_suggested_item_metadata_or_property_has_an_effect(string text, string slip)
    {
        var suggested = Assert.Single(Told(slip).SelectMany(warning => Suggested(warning.Message)));
        Assert.Empty(Told(suggested));

        List<Diagnostic> Told(string name)
        {
            using var project = Project(string.Format(System.Globalization.CultureInfo.InvariantCulture, text, name));
            return [.. ProjectItems.FindWithoutEffect(project.File("aoi.loraproj"))];
        }
    }

    [Theory]
    [InlineData("images/hgh/a.png")]
    [InlineData("images/high/\u00e1.png")]
    [InlineData("Images\\High\\b.png")]
    public void A_suggested_picture_of_an_item_is_there(string slip)
    {
        string[] files = ["images/high/a.png", "images/high/a\u0301.png", "images/low/c.png"];
        foreach (var suggested in Told(slip).SelectMany(warning => Suggested(warning.Message)))
            Assert.Empty(Told(suggested));

        List<Diagnostic> Told(string path)
        {
            using var project = Project($"<ItemGroup><CharacterImage Update='{path}' Repeats='2' /></ItemGroup>");
            return [.. ItemPatterns.FindWithoutEffect(project.File("aoi.loraproj"), files)];
        }
    }

    [Fact]
    public void Every_suggested_key_of_a_configuration_is_taken()
    {
        foreach (var option in Options.Training.Where(option => option.Name!.Length > 4))
        {
            foreach (var suggested in Read($"{option.Name![..^1]} = 1\n").SelectMany(problem => Suggested(problem.Message)))
            {
                Assert.DoesNotContain(
                    Read($"{suggested} = 1\n"), problem => problem.Message.Contains("There is no", StringComparison.Ordinal));
            }
        }

        static IReadOnlyList<Diagnostic> Read(string text)
        {
            using var folder = new TemporaryFolder();
            return SdScriptsConfig.Read(folder.Write("config.toml", text)).Diagnostics;
        }
    }

    private static TemporaryFolder Project(string text)
    {
        var folder = new TemporaryFolder();
        folder.Write("aoi.loraproj", $"<Project>{text}</Project>");
        return folder;
    }

    private static IEnumerable<string> Suggested(string message) => Suggestion().Matches(message).Select(match => match.Groups[1].Value);

    [GeneratedRegex("Did you mean '([^']+)'")]
    private static partial Regex Suggestion();
}
