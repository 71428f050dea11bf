using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Settings.Tests.Settings;

public class SettingPlacesTests
{
    private const string Project = """
        <Project>
          <PropertyGroup>
            <LoraVae>vae</LoraVae>
            <LoraNetworkDim>4</LoraNetworkDim>
            <LoraNetworkDim Condition="'$(X)' == ''">8</LoraNetworkDim>
          </PropertyGroup>
        </Project>
        """;

    [Theory]
    [InlineData("LoraNetworkDim is 8.", 5)]
    [InlineData("loranetworkdim is 8.", 5)]
    [InlineData("LoraNetworkDim and LoraVae do not fit.", 5)]
    [InlineData("LoraVae does not fit LoraNetworkDim.", 3)]
    [InlineData("Captions are longer than LoraMaxTokenLength, or LoraVae.", 3)]
    [InlineData("LoraVaeSha256 does not fit.", 0)]
    [InlineData("There are no pictures.", 0)]
    public void A_diagnostic_stands_at_the_first_setting_that_it_names_and_that_has_a_line(string message, int line) =>
        Assert.Equal(("aoi.loraproj", line), Placed(message, [], []));

    [Fact]
    public void What_a_message_is_about_goes_before_what_it_names() =>
        Assert.Equal(("aoi.loraproj", 5), Placed("LoraVae has no effect.", [], [], "LoraNetworkDim"));

    [Fact]
    public void The_line_of_a_property_that_the_command_line_sets_says_something_else() =>
        Assert.Equal(("aoi.loraproj", 0), Placed("LoraNetworkDim is 16.", ["loraNetworkDim"], []));

    [Fact]
    public void What_a_configuration_says_has_its_place_there() => Assert.Equal(
        ("config.toml", 7), Placed("LoraMinSnrGamma is 0.", [], new() { ["LoraMinSnrGamma"] = ("config.toml", 7, 1) }));

    private static (string? File, int Line) Placed(
        string message, string[] commandLine, Dictionary<string, (string File, int Line, int Column)> configured, string? about = null)
    {
        using var folder = new TemporaryFolder();
        var places = new SettingPlaces(folder.Write("aoi.loraproj", Project), commandLine, configured);
        var placed = places.Locate(new Diagnostic(DiagnosticCode.SettingWithoutEffect, Severity.Warning, message), about);
        return (Path.GetFileName(placed.File), placed.Line);
    }
}
