using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Settings.Tests.Settings;

public sealed class MissingFilesTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("lorabuild-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("LoraBaseModel", DiagnosticCode.BaseModelMissing)]
    [InlineData("LoraVae", DiagnosticCode.BaseModelMissing)]
    [InlineData("LoraTokenizer", DiagnosticCode.BaseModelMissing)]
    [InlineData("LoraImplications", DiagnosticCode.InvalidProperty)]
    public void A_file_that_is_not_there_is_named_with_its_property(string property, string code)
    {
        File.WriteAllText(Path.Combine(folder, "there"), "");
        Assert.Empty(Find((property, "there")));
        Assert.Empty(Find((property, "https://example.org/model")));
        var problem = Assert.Single(Find((property, " not there ")));
        Assert.Equal((code, $"{property} names 'not there', which is not there. Correct it."), (problem.Code, problem.Message));
    }

    [Fact]
    public void What_nothing_asks_for_may_be_missing() =>
        Assert.Empty(Find(("LoraBaseModel", "not there"), ("LoraTrain", "false"), ("LoraRegularizationPrompts", "")));

    [Fact]
    public void Weights_and_states_to_go_on_from_are_looked_for_too() => Assert.Equal(
        [DiagnosticCode.BaseModelMissing, DiagnosticCode.StateMismatch],
        MissingFiles.Of(
            new(new TrainingSettings { NetworkWeights = "a", Resume = "b" }, new Dictionary<string, string> { ["LoraTrain"] = "true" }),
            folder).Select(problem => problem.Code));

    [Theory]
    [InlineData(Steps.MergeLora, "LoraMergeInto", DiagnosticCode.BaseModelMissing)]
    [InlineData(Steps.MergeLora, "LoraBaseModel", DiagnosticCode.BaseModelMissing)]
    [InlineData(Steps.Evaluate, "LoraEvaluateNotes", DiagnosticCode.CannotRead)]
    public void What_a_target_by_name_asks_for_is_looked_for_when_it_is_asked_for(Steps asked, string property, string code)
    {
        ProjectSettings settings = new(new(), new Dictionary<string, string> { [property] = "not there", ["LoraTrain"] = "false" });
        Assert.Empty(MissingFiles.Of(settings, folder));
        Assert.Equal(code, Assert.Single(MissingFiles.Of(settings, folder, asked)).Code);
    }

    private IEnumerable<Diagnostic> Find(params (string Property, string Text)[] values)
    {
        var all = new Dictionary<string, string> { ["LoraTrain"] = "true" };
        foreach (var (property, text) in values)
            all[property] = text;
        return MissingFiles.Of(new(new TrainingSettings(), all), folder);
    }
}
