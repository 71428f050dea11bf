using System.Text.Json;
using LoraBuild.Core.Caching;
using LoraBuild.Core.Tags;

namespace LoraBuild.Tasks;

/// <summary>Dedupe: tags that stand twice, or that another tag of the same picture implies, go.</summary>
public sealed class DedupeTags : TagStepTask
{
    private const int StepVersion = 1;

    /// <inheritdoc/>
    protected override void Run()
    {
        var deduplicator = new TagDeduplicator(Session.Character, ImplicationTable.Danbooru);
        var rules = new StepKey("Dedupe", StepVersion).With("triggers", JsonSerializer.Serialize(Session.Character.TriggerWords));
        RunStep("Dedupe", rules, _ => [], (_, tags) => (deduplicator.Deduplicate(tags), null));
    }
}
