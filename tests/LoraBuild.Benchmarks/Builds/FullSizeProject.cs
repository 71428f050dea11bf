using LoraBuild.Benchmarks.Models;
using LoraBuild.Benchmarks.Pictures;
using LoraBuild.Builds;

namespace LoraBuild.Benchmarks.Builds;

/// <summary>
/// A character with four made-up photographs and their tag files, and a random checkpoint of a base model's full size.
/// </summary>
internal sealed class FullSizeProject : BuiltProject
{
    /// <summary>What the build makes, within the project's folder.</summary>
    public const string Lora = "bin/random.safetensors";

    private const int Pictures = 4;

    public FullSizeProject(FullSizeModel full, int steps, int side)
    {
        var model = PathOf($"random-{full.Name}.safetensors");
        full.WriteRandom(model, ScalarType.Float16);
        foreach (var picture in Photographs.WritePngs(PathOf("images/high"), Pictures, side, side))
            File.WriteAllText(
                Path.ChangeExtension(picture, ".txt"), "1girl, solo, smile, looking at viewer, white shirt, pleated skirt, outdoors\n");
        File.WriteAllText(PathOf("character.yaml"), "trigger: somebody\n");
        File.WriteAllText(PathOf("Random.loraproj"), $"""
            <Project>
              <Import Project="{Path.Combine(Repository.Root, "build", "LoraBuild.props")}" />
              <PropertyGroup>
                <LoraOutputName>random</LoraOutputName>
                <LoraBaseModel>{model}</LoraBaseModel>
                <LoraTokenizer>{Path.Combine(AppContext.BaseDirectory, "Data", "tokenizer")}</LoraTokenizer>
                <LoraResolution>{side},{side}</LoraResolution>
                <LoraTrainBatchSize>1</LoraTrainBatchSize>
                <LoraMaxTrainSteps>{steps}</LoraMaxTrainSteps>
                <LoraLrWarmupSteps>0</LoraLrWarmupSteps>
              </PropertyGroup>
              <Import Project="{Path.Combine(Repository.Root, "build", "LoraBuild.targets")}" />
            </Project>
            """);
    }
}
