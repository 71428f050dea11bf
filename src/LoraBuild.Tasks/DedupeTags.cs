using System.Text.Json;
using LoraBuild.Core.Caching;
using LoraBuild.Core.Tags;

namespace LoraBuild.Tasks;

/// <summary>Dedupe: tags that stand twice, or that another tag of the same picture implies, go.</summary>
public sealed class DedupeTags : TagStepTask
{
    private const int StepVersion = 1;

    /// <inheritdoc/>
    protected override void Run() => RunStep("Dedupe", character =>
    {
        var deduplicator = new TagDeduplicator(character, ImplicationTable.Danbooru);
        return new Rules(
            new StepKey("Dedupe", StepVersion).With("triggers", JsonSerializer.Serialize(character.TriggerWords)),
            (_, tags) => (deduplicator.Deduplicate(tags), null));
    });
}
