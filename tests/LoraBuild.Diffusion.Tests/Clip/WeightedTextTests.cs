using System.Globalization;
using FsCheck;
using FsCheck.Xunit;
using LoraBuild.Diffusion.Clip;

namespace LoraBuild.Diffusion.Tests.Clip;

public class WeightedTextTests
{
    private static readonly ClipTokenizer Published = ClipTokenizer.Load(TestData.PathOf("tiny-sd15", "tokenizer"));

    // What stable-diffusion-webui's documentation gives, and what breaks a naive reader.
    [Theory]
    [InlineData("normal text", "normal text:1")]
    [InlineData("an (important) word", "an :1|important:1.1| word:1")]
    [InlineData("(unbalanced", "unbalanced:1.1")]
    [InlineData("[unbalanced (twice", "unbalanced :0.909|twice:1")]
    [InlineData(@"\(literal\]", "(literal]:1")]
    [InlineData("(unnecessary)(parens)", "unnecessaryparens:1.1")]
    [InlineData(
        "a (((house:1.3)) [on] a (hill:0.5), sun, (((sky))).", "a :1|house:1.573| :1.1|on:1| a :1.1|hill:0.55|, sun, :1.1|sky:1.464|.:1.1")]
    [InlineData(@"aoi \(series\), (blue \(dark\) dress:1.2)", "aoi (series), :1|blue (dark) dress:1.2")]
    [InlineData("", ":1")]
    [InlineData("a:1.5)", "a:1.5):1")]
    [InlineData("close) it]", "close) it]:1")]
    [InlineData("(a:b:-.5)", "a:b:-0.5")]
    [InlineData("(spaced: 1.2 )", "spaced:1.2")]
    [InlineData("(a:1.2.3)", "a:1.2.3):1.1")]
    [InlineData(@"back\slash \\(", @"backslash \:1")]
    public void Brackets_weigh(string prompt, string runs) => Assert.Equal(
        runs,
        string.Join('|', WeightedText.Parse(prompt).Select(run => string.Create(
            CultureInfo.InvariantCulture, $"{run.Text}:{Math.Round(run.Weight, 3)}"))));

    [Property]
    public bool Every_prompt_has_runs_and_neighbours_differ(NonNull<string> prompt)
    {
        var runs = WeightedText.Parse(prompt.Get);
        return runs.Count > 0 && runs.Zip(runs.Skip(1)).All(pair => pair.First.Weight != pair.Second.Weight);
    }

    [Fact]
    public void Ids_carry_the_weight_of_their_run()
    {
        var ids = Published.EncodeWeighted("aoi, (white shirt:1.5), [smile]", 75, out var weights);

        Assert.Equal(Published.Encode("aoi, white shirt, smile"), ids);
        // <start> aoi , white shirt , smile <end>...
        var aoi = Published.Tokenize("aoi").Count;
        Assert.All(Enumerable.Range(0, ClipTokenizer.ChunkLength), i => Assert.Equal(
            i - aoi is 2 or 3 ? 1.5f : i - aoi == 5 ? (float)(1 / 1.1) : 1, weights[0][i]));
    }

    [Fact]
    public void Weights_go_with_their_ids_into_every_chunk()
    {
        var caption = string.Join(", ", Enumerable.Range(0, 60).Select(i => i % 3 == 0 ? "(smile:0.5)" : "smile"));
        var smile = Published.Tokenize("smile")[0];

        var ids = Published.EncodeWeighted(caption, 150, out var weights);

        Assert.Equal([77, 77], weights.Select(chunk => chunk.Length));
        var smiles =
            ids.SelectMany((chunk, i) => chunk.Zip(weights[i])).Where(pair => pair.First == smile).Select(pair => pair.Second).ToList();
        Assert.Equal(60, smiles.Count);
        Assert.All(Enumerable.Range(0, 60), i => Assert.Equal(i % 3 == 0 ? 0.5f : 1, smiles[i]));
        Assert.All(weights, chunk => Assert.Equal((1, 1), (chunk[0], chunk[76])));
    }
}
