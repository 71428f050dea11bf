using LoraBuild.Protocol.Models;

namespace LoraBuild.Protocol.Tests.Models;

public sealed class LoraFileNamesTests : IDisposable
{
    private static readonly string[] Endings =
        [
            "", "-000001", "-000001-state", "-step00000010", "-step00000010-state", "-state", "-best", "-ema", "-v1", "-summer", "-abcdef",
            "-v1-state", "-0000001", "-00001", "-step1", "-stepabcdefgh", "-20240101", "-merged", "-000001-best",
        ];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("aoi")]
    [InlineData("a.i (1)+")]
    public void Only_digits_are_a_training_s(string name)
    {
        foreach (var ending in Endings)
            folder.Write($"{name}{ending}.safetensors", "");
        folder.Write($"{name}-000002.json", "");
        folder.Write("ai 1-000001.safetensors", "");
        folder.Write($"other{name}-000001.safetensors", "");
        var names = new LoraFileNames(name);

        Assert.Equal(Paths("-000001"), names.EpochsIn(folder.Path));
        Assert.Equal(Paths("-000001", "-step00000010"), names.UnfinishedIn(folder.Path));
        Assert.Equal(
            Paths("-000001-state", "-000001", "-best", "-ema", "-state", "-step00000010-state", "-step00000010"),
            names.FurtherIn(folder.Path));
        Assert.Equal(
            Paths("", "-000001", "-step00000010", "-best", "-000001-state"),
            new[] { names.Finished, names.Epoch(1), names.Step(10), names.Best, LoraFileNames.StateOf(names.Epoch(1)) }
                .Select(folder.File));

        IEnumerable<string> Paths(params string[] endings) => endings.Select(ending => folder.File($"{name}{ending}.safetensors"));
    }
}
