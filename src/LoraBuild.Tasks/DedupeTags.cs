using LoraBuild.Base.Hashing;
using LoraBuild.Dataset.Dedupe;
using LoraBuild.Dataset.Tables;
using LoraBuild.Dataset.Tags;
using LoraBuild.Tasks.Steps;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>
/// Dedupe: tags that stand twice, or that another tag of the same picture implies, go. Tags that contradict each other are warned about.
/// </summary>
public sealed class DedupeTags : TagStepTask
{
    private const int StepVersion = 2;

    /// <summary>The author's own table of implications, or nothing.</summary>
    public ITaskItem? Implications { get; set; }

    /// <summary>
    /// The ledger of raw tags, in which contradictions are looked for: features that are stripped may contradict each other too.
    /// </summary>
    [Required]
    public string TaggedFile { get; set; } = "";

    /// <inheritdoc/>
    protected override void Run()
    {
        var own = OwnImplications.Read(Session, PathOf(Implications));
        foreach (var unused in Implications is null ? [] : ImplicationSurvey.Unused(PathOf(Implications)!))
            Report(unused);
        RunStep("Dedupe", character =>
        {
            foreach (var warning in ContradictionTable.Default.Warnings(TagsOf(character, TaggedFile), own.Table, character.File))
                Report(warning.Diagnostic);
            var deduplicator = new TagDeduplicator(character, own.Table);
            return new Rules(
                new StepKey("Dedupe", StepVersion)
                    .With("tables", ShippedTables.Hash)
                    .With("triggers", character.TriggerWords)
                    .With("implications", own.Content),
                (_, tags) => (deduplicator.Deduplicate(tags), null));
        });
    }
}
