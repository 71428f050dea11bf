using LoraBuild.Core.Caching;
using LoraBuild.Core.Tags;
using LoraBuild.Tasks.Items;
using LoraBuild.Tasks.Steps;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>What the steps share that turn each picture's tags into better ones: a ledger in, a ledger out.</summary>
public abstract class TagStepTask : LoraTask
{
    /// <summary>Items of <see cref="TagPictures"/>.</summary>
    [Required]
    public ITaskItem[] Pictures { get; set; } = [];

    /// <summary>The ledger of the step before.</summary>
    [Required]
    public string InputFile { get; set; } = "";

    /// <summary>The ledger to bring up to date.</summary>
    [Required]
    public string OutputFile { get; set; } = "";

    /// <summary>Brings the ledger up to date and says so.</summary>
    /// <param name="step">The step's name.</param>
    /// <param name="rules">The step's key with everything that holds for all pictures.</param>
    /// <param name="own">What one picture's tags depend on besides the rules and the tags of the step before.</param>
    /// <param name="compute">The new tags of a picture; called from several threads.</param>
    private protected void RunStep(
        string step,
        StepKey rules,
        Func<ITaskItem, IEnumerable<(string Name, string Value)>> own,
        Func<ITaskItem, PictureTags, (PictureTags Tags, string? Outfit)?> compute)
    {
        var input = TagLedger.Read(InputFile);
        var pictures = Pictures.ToDictionary(picture => picture.Id(), StringComparer.Ordinal);
        var shared = rules.ToHash();
        var keys = Pictures.Select(picture => (picture.Id(), Key(picture))).ToList();
        var tally = new TagLedgerStep(Session, step, 1).Run(OutputFile, keys, id => compute(pictures[id], input[id].Tags));
        Say(tally.Describe(step));

        ContentHash Key(ITaskItem picture)
        {
            var key = new StepKey(step, 1).With("rules", shared).With("tags", input[picture.Id()].Content);
            foreach (var (name, value) in own(picture))
                key.With(name, value);
            return key.ToHash();
        }
    }
}
