using LoraBuild.Base.Diagnostics;
using LoraBuild.Settings.Sampling;

namespace LoraBuild.Settings.Tests.Sampling;

public class SamplePromptFileTests
{
    private static readonly PictureRequest Defaults = new() { Prompt = "", Seed = 42, Sampler = SamplerKind.Euler, ClipSkip = 2 };

    [Fact]
    public void Lines_are_read_as_sd_scripts_reads_them()
    {
        var (requests, problems) = Read(
            "prompts.txt",
            """
            # a comment

            hoshinoaoi, (smile:1.2), \(a\) --n low quality, blurry --w 133 --h 60 --d 7 --l 7.5 --s 28 --ss k_euler_a
              hoshinoaoi --W 256 --D 1
            """);

        Assert.Empty(problems);
        Assert.Equal(
            [
                new()
                {
                    Prompt = @"hoshinoaoi, (smile:1.2), \(a\)", NegativePrompt = "low quality, blurry", Width = 128, Height = 64, Seed = 7,
                    Guidance = 7.5,
                    Steps = 28, Sampler = SamplerKind.EulerAncestral, ClipSkip = 2,
                },
            ],
            requests.Take(1));
        Assert.Equal([Defaults with { Prompt = "hoshinoaoi", Width = 256, Seed = 1 }], requests.Skip(1));
    }

    [Fact]
    public void What_a_line_does_not_say_is_the_trainings_or_sd_scripts_default()
    {
        var (requests, problems) = Read("prompts.txt", "hoshinoaoi\r\n");

        Assert.Empty(problems);
        Assert.Equal(
            [new() { Prompt = "hoshinoaoi", Seed = 42, Width = 512, Height = 512, Steps = 30, Guidance = 7.5,
                Sampler = SamplerKind.Euler, ClipSkip = 2 }], requests);
    }

    [Theory]
    [InlineData("prompts.txt")]
    [InlineData("prompts.yaml")]
    [InlineData("prompts.json")]
    public void A_file_in_another_encoding_is_an_error_with_its_place(string name)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, name);
        File.WriteAllBytes(path, [.. "- 1girl\n- caf"u8, 0xE9, (byte)'\n']);

        Assert.Empty(SamplePromptFile.Read(path, "LoraSamplePrompts", Defaults, out var problems));
        Assert.Equal(
            (DiagnosticCode.SamplePromptsInvalid, 2, 6),
            Assert.Single(problems) is var problem ? (problem.Code, problem.Line, problem.Column) : default);

        File.WriteAllText(path, "- 1girl\n", System.Text.Encoding.Unicode);
        SamplePromptFile.Read(path, "LoraSamplePrompts", Defaults, out problems);
        Assert.Contains("UTF-16", Assert.Single(problems).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a --w 64 --w 128", Severity.Error, 1, 10, "--w stands twice")]
    [InlineData("a --l 1 --n blurry", Severity.Warning, 1, 1, "has no effect with a scale of 1")]
    [InlineData("a,--w 64", Severity.Error, 1, 3, "is a part of the prompt here")]
    [InlineData("--d 3 a", Severity.Error, 1, 1, "is a part of the prompt here")]
    [InlineData("a \u2014w 64", Severity.Error, 1, 3, "is a part of the prompt here")]
    public void What_has_no_effect_in_a_line_is_told(string line, Severity severity, int number, int column, string message)
    {
        var (_, problems) = Read("prompts.txt", line);

        var problem = Assert.Single(problems);
        Assert.Equal((severity, number, column), (problem.Severity, problem.Line, problem.Column));
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("5e-1", 0.5)]
    [InlineData(".5", 0.5)]
    [InlineData("+7", 7)]
    public void Numbers_are_those_of_Yaml(string text, double scale) =>
        Assert.Equal(scale, Assert.Single(Read("prompts.yaml", $"- {{prompt: a, scale: {text}}}").Requests).Guidance);

    [Theory]
    [InlineData(
        "prompts.yaml", "- prompt: hoshinoaoi\n  negative_prompt: blurry\n  width: 128\n  height: 192\n  seed: 3\n  sample_steps: 5\n  "
            + "scale: 4.5\n  sample_sampler: dpmsolver++\n- plain --w 64\n")]
    [InlineData(
        "prompts.json",
        """[{"prompt": "hoshinoaoi", "negative_prompt": "blurry", "width": 128, "height": 192, "seed": 3, "sample_steps": 5,"""
        + """ "scale": 4.5, "sample_sampler": "dpmsolver++"}, "plain --w 64"]""")]
    public void Yaml_and_json_have_sd_scripts_keys(string name, string text)
    {
        var (requests, problems) = Read(name, text);

        Assert.Empty(problems);
        Assert.Equal(
            [
                Defaults with
                {
                    Prompt = "hoshinoaoi", NegativePrompt = "blurry", Width = 128, Height = 192, Seed = 3, Steps = 5, Guidance = 4.5,
                    Sampler = SamplerKind.DpmPlusPlus2M,
                },
                Defaults with { Prompt = "plain", Width = 64 },
            ],
            requests);
    }

    [Theory]
    [InlineData("prompts.txt", "ok\ngirl --s 0", 2, 6, "--s is '0'; it must be a whole number from 1 to 999.")]
    [InlineData("prompts.txt", "girl --w 64 --h tall", 1, 13, "--h is 'tall'")]
    [InlineData("prompts.txt", "girl --ss heun", 1, 6, "it must be ddim, euler")]
    [InlineData("prompts.txt", "girl --fs 3", 1, 6, "no option '--fs'")]
    [InlineData("prompts.yaml", "- prompt: girl\n  widht: 64\n", 2, 3, "Did you mean 'width'?")]
    [InlineData("prompts.yaml", "- prompt: girl\n  width: wide\n", 2, 10, "width is 'wide'")]
    [InlineData("prompts.yaml", "- girl --d x\n", 1, 3, "--d is 'x'")]
    [InlineData("prompts.yaml", "prompt: girl\n", 1, 1, "must be a list")]
    [InlineData("prompts.txt", "# nothing\n", 0, 0, "has no prompt")]
    public void What_is_wrong_is_named_with_its_place(string name, string text, int line, int column, string message)
    {
        var (_, problems) = Read(name, text);

        var problem = Assert.Single(problems);
        Assert.Equal(line, problem.Line);
        if (column > 0)
            Assert.Equal(column, problem.Column);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_an_error()
    {
        Assert.Empty(SamplePromptFile.Read("/nowhere/prompts.txt", "LoraSamplePrompts", Defaults, out var problems));
        Assert.Equal(DiagnosticCode.SamplePromptsInvalid, Assert.Single(problems).Code);
    }

    private static (IReadOnlyList<PictureRequest> Requests, IReadOnlyList<Diagnostic> Problems) Read(string name, string text)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, name);
        File.WriteAllText(path, text);
        return (SamplePromptFile.Read(path, "LoraSamplePrompts", Defaults, out var problems), problems);
    }
}
