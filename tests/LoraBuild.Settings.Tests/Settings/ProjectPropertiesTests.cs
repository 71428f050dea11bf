using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Settings.Tests.Settings;

public class ProjectPropertiesTests
{
    [Theory]
    [InlineData("LoraNetworkDmi", "Did you mean 'LoraNetworkDim'?")]
    [InlineData("LoraBatchSize", "Did you mean 'LoraTrainBatchSize'?")]
    [InlineData("LoraDim", "Did you mean 'LoraNetworkDim'?")]
    [InlineData("LoraAlpha", "Did you mean 'LoraNetworkAlpha'?")]
    [InlineData("LoraEpochs", "Did you mean 'LoraMaxTrainEpochs'?")]
    [InlineData("LoraSteps", "Did you mean 'LoraMaxTrainSteps'?")]
    [InlineData("LoraScheduler", "Did you mean 'LoraLrScheduler'?")]
    [InlineData("LoraTrainBatchSise", "Did you mean 'LoraTrainBatchSize'?")]
    [InlineData(
        "LoraNetworkTrainTextEncoderOnly",
        "LoraBuild does not have network_train_text_encoder_only. Set LoraPreset to 'CLIPAttention, CLIPMLP'")]
    [InlineData("LoraLrSchedulerType", "LoraBuild does not have lr_scheduler_type.")]
    [InlineData("LoraEngines", "LoraTensorEngine (libtorch or torchsharp) and LoraImageEngine (libvips or imagesharp) take its place.")]
    [InlineData("LoraTaggerEngine", "Remove it: the tagger always runs on ONNX Runtime.")]
    [InlineData("LoraQwertyuiop", "build/README.md lists all that there are.")]
    public void A_property_that_means_nothing_is_an_error_with_its_place_and_what_to_write_instead(string name, string instead)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "aoi.loraproj");
        File.WriteAllText(
            path,
            $"<Project>\n  <PropertyGroup>\n    <{name}>1</{name}>\n    <LoraNetworkDim>4</LoraNetworkDim>\n  "
            + "</PropertyGroup>\n</Project>\n");

        var problem = Assert.Single(ProjectProperties.FindUnknown(path));

        Assert.Equal((DiagnosticCode.InvalidProperty, path, 3, 6), (problem.Code, problem.File, problem.Line, problem.Column));
        Assert.Contains(instead, problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "<ItemGroup><CharacterImage Update='a.png' Repeat='3' /></ItemGroup>",
        "Metadata 'Repeat' of CharacterImage has no effect. Did you mean 'Repeats'?")]
    [InlineData("<ItemGroup><Tagger Include='t'><Thresold>0.3</Thresold></Tagger></ItemGroup>", "Did you mean 'Threshold'?")]
    [InlineData("<ItemGroup><CharacterImages Include='a.png' /></ItemGroup>", "Did you mean 'CharacterImage'?")]
    [InlineData("<ItemGroup><LoraEdits Include='a' /></ItemGroup>", "No step reads items 'LoraEdits'")]
    [InlineData("<PropertyGroup><NoiseOffset>0.1</NoiseOffset></PropertyGroup>", "Did you mean 'LoraNoiseOffset'?")]
    [InlineData("<PropertyGroup><network_dim>9</network_dim></PropertyGroup>", "Did you mean 'LoraNetworkDim'?")]
    [InlineData(
        "<PropertyGroup><LoraNetworkDim>4</LoraNetworkDim></PropertyGroup><PropertyGroup><Loranetworkdim>8</Loranetworkdim>"
            + "</PropertyGroup>",
        "LoraNetworkDim has no effect here: line 1 sets it again")]
    public void Items_metadata_and_properties_that_mean_nothing_are_warned_about(string text, string message)
    {
        var warning = Assert.Single(FindWithoutEffect(text));

        Assert.Equal((DiagnosticCode.SettingWithoutEffect, Severity.Warning, 1), (warning.Code, warning.Severity, warning.Line));
        Assert.Contains(message, warning.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "<ItemGroup><CharacterImage Update='a.png' Repeats='3' Condition=\"'a' == 'a'\"><Outfit>none</Outfit></CharacterImage><None "
            + "Include='notes.txt' /></ItemGroup>")]
    [InlineData("<PropertyGroup><Seed>1</Seed><LoraSeed>$(Seed)</LoraSeed><OutputPath>out</OutputPath></PropertyGroup>")]
    [InlineData("<PropertyGroup><LoraSeed>1</LoraSeed><LoraSeed Condition=\"'$(A)' == ''\">2</LoraSeed></PropertyGroup>")]
    [InlineData(
        "<PropertyGroup Condition='true'><LoraSeed>1</LoraSeed></PropertyGroup><PropertyGroup><LoraSeed>2</LoraSeed></PropertyGroup>")]
    [InlineData(
        "<PropertyGroup><LoraUndesiredTags>a</LoraUndesiredTags><LoraUndesiredTags>$(LoraUndesiredTags),b</LoraUndesiredTags>"
            + "</PropertyGroup>")]
    [InlineData(
        "<PropertyGroup><LoraSeed>1</LoraSeed></PropertyGroup><Import Project='a' /><PropertyGroup><LoraSeed>2</LoraSeed>"
            + "</PropertyGroup>")]
    [InlineData("<Target Name='Mine'><ItemGroup><LoraMine Include='a' Of='b' /></ItemGroup></Target>")]
    public void What_is_read_or_an_authors_own_is_not_warned_about(string text) => Assert.Empty(FindWithoutEffect(text));

    private static List<Diagnostic> FindWithoutEffect(string text)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "aoi.loraproj");
        File.WriteAllText(path, $"<Project>{text}</Project>");
        return [.. ProjectItems.FindWithoutEffect(path)];
    }
}
