using LoraBuild.Base.Hashing;
using LoraBuild.Base.Threading;
using LoraBuild.Dataset.Ledgers;
using LoraBuild.Dataset.Outfits;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Tasks.Steps;

/// <summary>
/// A step over the tags of all pictures, whose results lie in one <see cref="TagLedger"/>. The ledger as a whole is memoised like any
/// output; when it has to be made, the lines of the last build whose keys still hold are copied.
/// </summary>
internal sealed class TagLedgerStep(BuildSession session, string step, int version, CancellationToken token)
{
    /// <summary>Brings the ledger up to date.</summary>
    /// <param name="target">The ledger.</param>
    /// <param name="keys">The pictures' ids, in order, and what each one's tags follow from.</param>
    /// <param name="compute">
    /// The tags, and AlignOutfits' finding, of one picture; called from several threads, at most once a picture. Null where it failed.
    /// </param>
    public StepTally Run(string target, IReadOnlyList<PictureKey> keys, Func<string, (PictureTags Tags, OutfitFinding? Finding)?> compute)
    {
        var wholeKey = new StepKey(step, version);
        foreach (var (id, key) in keys)
            wholeKey.With(id, key);

        var (made, failed) = (0, 0);
        var whole = new MemoizedStep(session, step, token).Run([new StepOutput(step, target, wholeKey.ToHash())], (_, finished) =>
        {
            // As the last build left it: what somebody else has written to it is not believed.
            var last = session.State.IsUntouched(target) ? TagLedger.Read(target) : new TagLedger([]);
            var entries = new TagLedgerEntry?[keys.Count];
            var missing = new List<int>();
            for (var i = 0; i < entries.Length; i++)
            {
                if (last.Find(keys[i].Id) is { } known && known.Key == keys[i].Key)
                    entries[i] = known;
                else
                    missing.Add(i);
            }

            missing.ForEachInParallel(i =>
            {
                var (id, key) = keys[i];
                if (compute(id) is { } computed)
                    entries[i] = new TagLedgerEntry(id, key, computed.Tags, computed.Finding);
            }, token);
            made = missing.Count(i => entries[i] is not null);
            failed = missing.Count - made;
            session.WriteLedger(target, new TagLedger([.. entries.OfType<TagLedgerEntry>()]));
            if (failed == 0)
                finished(step);
        });
        return new StepTally(keys.Count, made, whole.Restored * keys.Count, failed);
    }
}
