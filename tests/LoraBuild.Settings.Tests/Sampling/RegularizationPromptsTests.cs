using LoraBuild.Base.Diagnostics;
using LoraBuild.Settings.Sampling;

namespace LoraBuild.Settings.Tests.Sampling;

public class RegularizationPromptsTests
{
    private static readonly TrainingSettings Settings = new() { Seed = 100, ClipSkip = 2, SampleSampler = SamplerKind.Euler };

    [Fact]
    public void Each_prompt_is_a_picture_with_a_seed_of_its_own_and_the_models_size()
    {
        var requests = Read("1girl, red dress\n1girl, outdoors --w 96 --d 7 --s 12 --l 5 --ss ddim\n", count: null);

        Assert.Equal(
            [
                new() { Prompt = "1girl, red dress", Seed = 100, Width = 0, Height = 0, ClipSkip = 2, Sampler = SamplerKind.Euler },
                new PictureRequest { Prompt = "1girl, outdoors", Seed = 7, Width = 96, Height = 0, ClipSkip = 2, Steps = 12, Guidance = 5 },
            ],
            requests);
    }

    [Fact]
    public void More_pictures_than_prompts_go_through_them_again_with_other_seeds()
    {
        var requests = Read("a\nb --d 7\n", count: 5);

        Assert.Equal([("a", 100), ("b", 7), ("a", 102), ("b", 8), ("a", 104)], requests.Select(request => (request.Prompt, request.Seed)));
    }

    [Fact]
    public void Prompts_beyond_the_count_are_warned_about()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "prompts.txt");
        File.WriteAllText(path, "a\nb\n");

        Assert.Equal(["a"], RegularizationPrompts.Read(path, 1, Settings, out var problems).Select(request => request.Prompt));
        Assert.Equal(
            (DiagnosticCode.SettingWithoutEffect, Severity.Warning),
            Assert.Single(problems) is var problem ? (problem.Code, problem.Severity) : default);
    }

    [Fact]
    public void The_greatest_seeds_have_ones_after_them()
    {
        var last = Settings with { Seed = int.MaxValue };
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "prompts.txt");
        File.WriteAllText(path, $"a\nb --d {long.MaxValue / 2}\n");

        Assert.Equal(
            [int.MaxValue, long.MaxValue / 2, int.MaxValue + 2L, (long.MaxValue / 2) + 1],
            RegularizationPrompts.Read(path, 4, last, out _).Select(request => request.Seed));
    }

    [Fact]
    public void A_file_that_is_missing_or_wrong_is_an_error_that_names_the_property()
    {
        Assert.Empty(RegularizationPrompts.Read("/nowhere/prompts.txt", null, Settings, out var problems));

        var problem = Assert.Single(problems);
        Assert.Equal(DiagnosticCode.SamplePromptsInvalid, problem.Code);
        Assert.Contains("LoraRegularizationPrompts", problem.Message, StringComparison.Ordinal);
    }

    private static IReadOnlyList<PictureRequest> Read(string text, int? count)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "prompts.txt");
        File.WriteAllText(path, text);
        var requests = RegularizationPrompts.Read(path, count, Settings, out var problems);
        Assert.Empty(problems);
        return requests;
    }
}
