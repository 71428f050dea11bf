using System.Collections.Concurrent;
using LoraBuild.Core.Caching;
using LoraBuild.Core.Outfits;
using LoraBuild.Core.Tags;
using LoraBuild.Core.Threading;

namespace LoraBuild.Tasks.Steps;

/// <summary>
/// A step over the tags of all pictures, whose results lie in one <see cref="TagLedger"/>. The ledger as a whole is memoised like any
/// output; when it has to be made, the entries of the last build whose keys still hold are taken over.
/// </summary>
internal sealed class TagLedgerStep(BuildSession session, string step, int version, CancellationToken token)
{
    /// <summary>Brings the ledger up to date.</summary>
    /// <param name="target">The ledger.</param>
    /// <param name="keys">The pictures' ids, in order, and what each one's tags follow from.</param>
    /// <param name="compute">The tags, and what AlignOutfits found, of one picture; called from several threads, at most once a picture. Null where it failed.</param>
    public StepTally Run(string target, IReadOnlyList<PictureKey> keys, Func<string, (PictureTags Tags, OutfitFinding? Finding)?> compute)
    {
        if (session.IsPartial)
            return RunPartial(target, keys, compute);
        var wholeKey = new StepKey(step, version);
        foreach (var (id, key) in keys)
            wholeKey.With(id, key);

        var made = new ConcurrentDictionary<string, TagLedgerEntry>(StringComparer.Ordinal);
        var failed = 0;
        var whole = new MemoizedStep(session, step, token).Run([new StepOutput(step, target, wholeKey.ToHash())], (_, finished) =>
        {
            var last = TagLedger.Read(target);
            var known = keys.Where(entry => last.GetValueOrDefault(entry.Id)?.Key == entry.Key).ToDictionary(entry => entry.Id, entry => last[entry.Id]);
            keys.Where(entry => !known.ContainsKey(entry.Id)).ToList().ForEachInParallel(entry =>
            {
                if (compute(entry.Id) is { } computed)
                    made[entry.Id] = new TagLedgerEntry(entry.Id, entry.Key, computed.Tags, computed.Finding);
                else
                    Interlocked.Increment(ref failed);
            }, token);
            session.WriteLedger(target, [.. keys
                .Select(entry => made.GetValueOrDefault(entry.Id) ?? known.GetValueOrDefault(entry.Id))
                .OfType<TagLedgerEntry>()]);
            if (failed == 0)
                finished(step);
        });
        return new StepTally(keys.Count, made.Count, whole.Restored * keys.Count, failed);
    }

    private StepTally RunPartial(
        string target, IReadOnlyList<PictureKey> keys, Func<string, (PictureTags Tags, OutfitFinding? Finding)?> compute)
    {
        var last = session.ReadText(target);
        var changed = keys.ToDictionary(entry => entry.Id, StringComparer.Ordinal);
        var wholeKey = new StepKey(step, version);
        foreach (var (id, key) in last.EntryKeys)
            wholeKey.With(id, changed.GetValueOrDefault(id)?.Key ?? key);

        var made = new List<TagLedgerEntry>();
        var failed = 0;
        var whole = new MemoizedStep(session, step, token).Run([new StepOutput(step, target, wholeKey.ToHash())], (_, finished) =>
        {
            foreach (var (id, key) in keys.Where(entry => last[entry.Id].Key != entry.Key))
            {
                if (compute(id) is { } computed)
                    made.Add(new TagLedgerEntry(id, key, computed.Tags, computed.Finding));
                else
                    failed++;
            }

            session.WriteLedger(target, last.With(made));
            if (failed == 0)
                finished(step);
        });
        return new StepTally(keys.Count + session.RestCount, made.Count, whole.Restored * keys.Count, failed);
    }
}
