using System.Text.Json;
using LoraBuild.Core.Caching;
using LoraBuild.Core.Characters;
using LoraBuild.Core.Features;

namespace LoraBuild.Tasks;

/// <summary>StripFeatures: tags that say who she is go, since her trigger word says so; the trigger word comes first.</summary>
public sealed class StripFeatures : TagStepTask
{
    private const int StepVersion = 1;

    /// <inheritdoc/>
    protected override void Run() => RunStep("StripFeatures", RulesFor);

    private Rules RulesFor(Character character)
    {
        var stripper = new FeatureStripper(character);
        return new Rules(
            new StepKey("StripFeatures", StepVersion)
                .With("triggers", JsonSerializer.Serialize(character.TriggerWords))
                .With("aliases", JsonSerializer.Serialize(character.Aliases))
                .With("features", JsonSerializer.Serialize(character.Features)),
            (_, tags) => (stripper.Strip(tags), null));
    }
}
