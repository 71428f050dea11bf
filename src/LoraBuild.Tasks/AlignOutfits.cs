using System.Globalization;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Hashing;
using LoraBuild.Dataset.Characters;
using LoraBuild.Dataset.Ledgers;
using LoraBuild.Dataset.Outfits;
using LoraBuild.Dataset.Tables;
using LoraBuild.Dataset.Tags;
using LoraBuild.Settings;
using LoraBuild.Tasks.Steps;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>AlignOutfits: every picture of an outfit gets the outfit's own tags, minus what the picture does not show.</summary>
public sealed class AlignOutfits : TagStepTask
{
    private const int StepVersion = 4;

    /// <summary>The ledger of raw tags: evidence of what a picture shows.</summary>
    [Required]
    public string TaggedFile { get; set; } = "";

    /// <summary>The author's own table of implications, or nothing.</summary>
    public ITaskItem? Implications { get; set; }

    /// <summary>The tagger's score from which on a garment is taken to show, 0 to 1.</summary>
    [Required]
    public double EvidenceThreshold { get; set; }

    /// <summary>The treatment of garments of which nothing tells whether they show: <c>keep</c> or <c>drop</c>.</summary>
    [Required]
    public string Undecided { get; set; } = "";

    /// <inheritdoc/>
    protected override void Run()
    {
        var tagged = Session.ReadLedger(TaggedFile);
        var own = OwnImplications.Read(Session, PathOf(Implications));
        var options = new AlignmentOptions(EvidenceThreshold, Enum.Parse<LoraBuild.Dataset.Outfits.Undecided>(Undecided, ignoreCase: true));
        RunStep("AlignOutfits", RulesFor, Evidence);
        TellWithoutOutfits();
        var aligned = Session.ReadLedger(OutputFile);
        foreach (var character in Session.Characters.Where(character => character.Outfits.Count + character.Hidden.Count > 0))
        {
            foreach (var unused in OutfitSurvey.Unused(character, own.Table, [.. Session.Pictures.Where(picture => Tag.Comparer.Equals(
                picture.Character, character.Trigger)).Select(Aligned)]))
                Report(unused);
        }

        foreach (var character in Session.Characters)
        {
            var corrected = Session.Pictures.Where(
                picture => picture.TagEdits.Count > 0 && Tag.Comparer.Equals(picture.Character, character.Trigger));
            foreach (var superfluous in AddedTagSurvey.Superfluous(
                character, own.Table, [.. corrected.Select(picture => (picture.TagEdits, tagged[picture.Id].Tags))]))
                Report(superfluous);
        }

        AlignedPicture Aligned(ProjectPicture picture)
        {
            var (tags, outfit) = aligned[picture.Id].ReadTagsAndOutfit();
            return new AlignedPicture(outfit, tagged[picture.Id].Tags.Tags, tags, picture.Hidden);
        }

        Rules RulesFor(Character character)
        {
            var aligner = new OutfitAligner(character, options, own.Table);
            WarnOfOpposites(aligner, character, tagged);
            return new Rules(
                new StepKey("AlignOutfits", StepVersion)
                    .With("tables", ShippedTables.Hash)
                    .With("trigger", character.Trigger)
                    .With("implications", own.Content)
                    .With("outfits", character.Outfits.SelectMany(Describe))
                    .With("evidence threshold", EvidenceThreshold.ToString("R", CultureInfo.InvariantCulture))
                    .With("undecided", Undecided),
                (picture, tags) => Align(aligner, picture, tags, tagged[picture.Id].Tags.Tags));
        }

        void Evidence(ProjectPicture picture, StepKey key)
        {
            key.With("outfit", picture.Outfit ?? "").With("hidden", picture.HiddenText).With("raw tags", tagged[picture.Id].Content);
            if (picture.Scores is { } scores)
                key.With("scores", Session.State.HashInput(scores));
        }
    }

    private void TellWithoutOutfits()
    {
        if (Session.Characters.Any(character => character.Outfits.Count > 0))
            return;
        var threshold = EvidenceThreshold.ToString("R", CultureInfo.InvariantCulture);
        foreach (var (option, value) in new (Option, string)[] { (Options.EvidenceThreshold, threshold), (Options.Undecided, Undecided) })
        {
            if (value != option.DefaultText)
            {
                Report(new Diagnostic(
                    DiagnosticCode.NoEffect, Severity.Warning,
                    $"{option} ({value}) has no effect: it counts only with outfits in character.yaml. Take it away, or describe them."));
            }
        }
    }

    private void WarnOfOpposites(OutfitAligner aligner, Character character, TagLedger tagged)
    {
        var written =
            Session.Pictures.Where(picture => picture.Scores is null && Tag.Comparer.Equals(picture.Character, character.Trigger));
        try
        {
            var pictures = written.Select(picture => (picture.Id, new PictureEvidence(tagged[picture.Id].Tags.Tags), picture.Outfit));
            foreach (var warning in aligner.Warnings(pictures))
                Report(warning.Diagnostic);
        }
        catch (LoraBuildException)
        {
            // An outfit that the character does not have, which is reported with its picture.
        }
    }

    private static IEnumerable<string> Describe(Outfit outfit) =>
    [
        outfit.Name, outfit.Trigger is null ? "" : "trigger " + outfit.Trigger,
        .. outfit.Tags.Select(tag => "tag " + tag),
        .. outfit.When is null
            ? []
            : outfit.When.Any.Select(tag => "any " + tag).Append("when").Concat(outfit.When.All.Select(tag => "all " + tag)),
    ];

    private (PictureTags Tags, OutfitFinding? Finding)? Align(
        OutfitAligner aligner, ProjectPicture picture, PictureTags tags, IReadOnlyList<string> raw)
    {
        var scores = picture.Scores is { } path
            ? TagScores.Read(path).All.GroupBy(score => score.Key).ToDictionary(score => score.Key, score => score.Max(s => s.Value))
            : null;
        try
        {
            var aligned = aligner.Align(tags, new PictureEvidence(raw, scores), picture.Outfit, picture.Hidden);
            return (aligned.Tags, aligned.Finding);
        }
        catch (LoraBuildException e)
        {
            Report(e.Diagnostic);
            return null;
        }
    }
}
