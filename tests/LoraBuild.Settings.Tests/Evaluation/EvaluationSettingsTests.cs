using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Geometry;
using LoraBuild.Settings.Sampling;

namespace LoraBuild.Settings.Tests.Evaluation;

public class EvaluationSettingsTests
{
    [Fact]
    public void Nothing_said_means_the_defaults()
    {
        var settings = Parse();

        Assert.Empty(settings.Features);
        Assert.Equal(new EvaluationSettings { Features = settings.Features }, settings);
    }

    [Fact]
    public void Every_property_is_read()
    {
        var settings = Parse(
            ("LoraEvaluateSamples", "8"), ("LoraEvaluateSampler", "euler_a"), ("LoraEvaluateSteps", "12"), ("LoraEvaluateScale", "5.5"),
            ("LoraEvaluateNegativePrompt", "blurry"), ("LoraEvaluateSize", "96,160"), ("LoraEvaluateSeed", "7"),
            ("LoraEvaluateBatchSize", "2"),
            ("LoraEvaluateFeatures", "black_hair, horse ears"), ("LoraSelectEpoch", "best"), ("LoraMinIdentity", "0.85"),
            ("LoraMinObedience", "0.75"),
            ("LoraMaxLeakage", "0.05"));

        Assert.Equal(
            (8, SamplerKind.EulerAncestral, "euler_a", 12, 5.5),
            (settings.Samples, settings.Sampler, settings.SamplerName, settings.Steps, settings.Guidance));
        Assert.Equal(
            ("blurry", new PixelSize(96, 160), 7L, 2), (settings.NegativePrompt, settings.Size!.Value, settings.Seed, settings.BatchSize));
        Assert.Equal(["black hair", "horse ears"], settings.Features);
        Assert.Equal(
            (true, 0.85, 0.75, 0.05), (settings.SelectBestEpoch, settings.MinIdentity, settings.MinObedience, settings.MaxLeakage));
    }

    [Theory]
    [InlineData("LoraEvaluateSamples", "0")]
    [InlineData("LoraEvaluateSampler", "plms")]
    [InlineData("LoraEvaluateSteps", "1000")]
    [InlineData("LoraEvaluateScale", "0.5")]
    [InlineData("LoraEvaluateSize", "130,128")]
    [InlineData("LoraEvaluateSize", "128,128,128")]
    [InlineData("LoraEvaluateSeed", "-1")]
    [InlineData("LoraEvaluateBatchSize", "many")]
    [InlineData("LoraSelectEpoch", "first")]
    [InlineData("LoraMinIdentity", "85")]
    [InlineData("LoraMinObedience", "-1")]
    [InlineData("LoraMaxLeakage", "NaN")]
    public void A_value_that_is_none_is_an_error_that_names_the_property(string name, string value)
    {
        var values = new Dictionary<string, string> { [name] = value };

        var problem = Assert.Single(ProjectProperties.Check(values));
        Assert.Equal(DiagnosticCode.InvalidProperty, problem.Code);
        Assert.StartsWith($"{name} is '{value}'", problem.Message, StringComparison.Ordinal);
        Assert.Equal(problem, Assert.Throws<LoraBuildException>(() => EvaluationSettings.Read(values)).Diagnostic);
    }

    private static EvaluationSettings Parse(params (string Name, string Value)[] values) =>
        EvaluationSettings.Read(values.ToDictionary(value => value.Name, value => value.Value));
}
