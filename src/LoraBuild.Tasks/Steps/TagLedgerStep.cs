using LoraBuild.Base.Hashing;
using LoraBuild.Base.Threading;
using LoraBuild.Dataset.Ledgers;
using LoraBuild.Dataset.Outfits;
using LoraBuild.Dataset.Tags;
using LoraBuild.Incremental.Steps;

namespace LoraBuild.Tasks.Steps;

/// <summary>
/// A step over the tags of all pictures, whose results lie in one <see cref="TagLedger"/>. The ledger as a whole is memoised like any
/// output; when it has to be made, the lines of the last build whose keys still hold are copied.
/// </summary>
internal sealed class TagLedgerStep(PipelineSession session, string step, int version, CancellationToken token)
{
    /// <summary>Brings the ledger up to date.</summary>
    /// <param name="target">The ledger.</param>
    /// <param name="pictures">The pictures, in order.</param>
    /// <param name="keyOf">The key that a picture's tags follow from; called from several threads.</param>
    /// <param name="compute">
    /// The tags, and AlignOutfits' finding, of one picture; called from several threads, at most once a picture. Null where it failed.
    /// </param>
    public StepTally Run(
        string target,
        IReadOnlyList<ProjectPicture> pictures,
        Func<ProjectPicture, ContentHash> keyOf,
        Func<ProjectPicture, (PictureTags Tags, OutfitFinding? Finding)?> compute)
    {
        var keys = pictures.SelectInParallel(keyOf, token);
        var wholeKey = new StepKey(step, version);
        for (var i = 0; i < keys.Length; i++)
            wholeKey.With(pictures[i].Id, keys[i]);

        var (made, failed) = (0, 0);
        var whole = new MemoizedStep(session, step, token).Run([new StepOutput(step, target, wholeKey.ToHash())], (_, finished) =>
        {
            var last = session.ReadLast(target);
            var entries = new TagLedgerEntry?[keys.Length];
            var missing = new List<int>();
            for (var i = 0; i < entries.Length; i++)
            {
                if (last.Find(pictures[i].Id) is { } known && known.Key == keys[i])
                    entries[i] = known;
                else
                    missing.Add(i);
            }

            missing.ForEachInParallel(i =>
            {
                if (compute(pictures[i]) is { } computed)
                    entries[i] = new TagLedgerEntry(pictures[i].Id, keys[i], computed.Tags, computed.Finding);
            }, token);
            made = missing.Count(i => entries[i] is not null);
            failed = missing.Count - made;
            session.WriteLedger(target, new TagLedger([.. entries.OfType<TagLedgerEntry>()]));
            if (failed == 0)
                finished(new StepResult(step));
        });
        return new StepTally(keys.Length, made, whole.Restored * keys.Length, failed);
    }
}
