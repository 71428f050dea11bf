using LoraBuild.Core.Outfits;

namespace LoraBuild.Core.Tags;

/// <summary>A line of a <see cref="TagLedger"/>, as JSON has it.</summary>
internal sealed record TagLedgerLine(string Id, string Key, PictureTags Tags, OutfitFinding? Finding = null);
