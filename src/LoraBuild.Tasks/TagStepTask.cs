using LoraBuild.Base.Hashing;
using LoraBuild.Dataset.Characters;
using LoraBuild.Dataset.Outfits;
using LoraBuild.Dataset.Tags;
using LoraBuild.Tasks.Steps;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>The base of the steps that turn each picture's tags into better ones: a ledger in, a ledger out.</summary>
public abstract class TagStepTask : LoraTask
{
    /// <summary>The ledger of the step before.</summary>
    [Required]
    public string InputFile { get; set; } = "";

    /// <summary>The ledger to bring up to date.</summary>
    [Required]
    public string OutputFile { get; set; } = "";

    /// <summary>A step's rules for one character.</summary>
    /// <param name="Key">The step's key with everything that holds for all her pictures.</param>
    /// <param name="Compute">The new tags of a picture; called from several threads. Null where it failed and was reported.</param>
    private protected sealed record Rules(
        StepKey Key, Func<ProjectPicture, PictureTags, (PictureTags Tags, OutfitFinding? Finding)?> Compute);

    /// <summary>Brings the ledger up to date and says so.</summary>
    /// <param name="step">The step's name.</param>
    /// <param name="rulesOf">The rules for a character.</param>
    /// <param name="own">Adds what one picture's tags depend on besides the rules and the tags of the step before.</param>
    private protected void RunStep(string step, Func<Character, Rules> rulesOf, Action<ProjectPicture, StepKey>? own = null)
    {
        var input = Session.ReadLedger(InputFile);
        var rules = Session.Characters.ToDictionary(character => character.Trigger, rulesOf, Tag.Comparer);
        var shared = rules.ToDictionary(character => character.Key, character => character.Value.Key.ToHash(), Tag.Comparer);
        var tally = new TagLedgerStep(Session, step, 1, CancellationToken).Run(
            OutputFile, Session.Pictures, Key, picture => rules[picture.Character].Compute(picture, input[picture.Id].Tags));
        Say(tally.Describe(step));

        ContentHash Key(ProjectPicture picture)
        {
            var key = new StepKey(step, 1).With("rules", shared[picture.Character]).With("tags", input[picture.Id].Content);
            own?.Invoke(picture, key);
            return key.ToHash();
        }
    }

    /// <summary>The ids of a character's pictures, all of them, with their tags in a ledger.</summary>
    private protected IReadOnlyList<(string Id, IReadOnlyList<string> Tags)> TagsOf(Character character, string ledger) =>
        Session.ReadLedger(ledger).TagsOf(
            Session.Pictures.Where(picture => Tag.Comparer.Equals(picture.Character, character.Trigger)).Select(picture => picture.Id));
}
