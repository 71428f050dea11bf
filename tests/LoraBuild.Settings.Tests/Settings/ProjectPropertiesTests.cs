using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Settings.Tests.Settings;

public class ProjectPropertiesTests
{
    [Theory]
    [InlineData("LoraNetworkDmi", "Did you mean 'LoraNetworkDim'?")]
    [InlineData("LoraNetworkTrainTextEncoderOnly", "LoraBuild does not have network_train_text_encoder_only. Set LoraPreset to 'CLIPAttention, CLIPMLP'")]
    [InlineData("LoraLoraplusLrRatio", "LoraBuild does not have loraplus_lr_ratio.")]
    [InlineData("LoraEngines", "LoraTensorEngine (libtorch or torchsharp) and LoraImageEngine (libvips or imagesharp) take its place.")]
    [InlineData("LoraTaggerEngine", "Remove it: the tagger always runs on ONNX Runtime.")]
    [InlineData("LoraQwertyuiop", "build/README.md lists all that there are.")]
    public void A_property_that_means_nothing_is_an_error_with_its_place_and_what_to_write_instead(string name, string instead)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "aoi.loraproj");
        File.WriteAllText(path, $"<Project>\n  <PropertyGroup>\n    <{name}>1</{name}>\n    <LoraNetworkDim>4</LoraNetworkDim>\n  </PropertyGroup>\n</Project>\n");

        var problem = Assert.Single(ProjectProperties.FindUnknown(path));

        Assert.Equal((DiagnosticCode.InvalidProperty, path, 3, 6), (problem.Code, problem.File, problem.Line, problem.Column));
        Assert.Contains(instead, problem.Message, StringComparison.Ordinal);
    }
}
