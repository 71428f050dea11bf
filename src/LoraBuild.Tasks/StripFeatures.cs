using LoraBuild.Base.Hashing;
using LoraBuild.Dataset.Characters;
using LoraBuild.Dataset.Features;
using LoraBuild.Dataset.Tables;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>StripFeatures: tags that say who she is go, since her trigger word says so; the trigger word comes first.</summary>
public sealed class StripFeatures : TagStepTask
{
    private const int StepVersion = 5;

    /// <summary>The least share of her pictures, 0 to 1, in which a feature must appear to be stripped.</summary>
    [Required]
    public double FeatureFrequency { get; set; }

    /// <inheritdoc/>
    protected override void Run() => RunStep("StripFeatures", RulesFor);

    private Rules RulesFor(Character character)
    {
        var survey = new FeatureSurvey(character, TagsOf(character, InputFile), FeatureFrequency);
        foreach (var warning in survey.Warnings())
            Report(warning.Diagnostic);
        foreach (var unused in survey.Unused())
            Report(unused);
        var stripper = new FeatureStripper(character, survey.Spared, survey.Person);
        return new Rules(
            new StepKey("StripFeatures", StepVersion)
                .With("tables", ShippedTables.Hash)
                .With("triggers", character.TriggerWords)
                .With("aliases", character.Aliases)
                .With("patterns", character.Features.Patterns)
                .With("features", character.Features.Tags)
                .With("kept", character.Features.Keep)
                .With("defaults", character.Features.UseDefaults ? "true" : "false")
                .With("spared", survey.Spared.Order(StringComparer.Ordinal))
                .With("person", survey.Person),
            (_, tags) => (stripper.Strip(tags), null));
    }
}
