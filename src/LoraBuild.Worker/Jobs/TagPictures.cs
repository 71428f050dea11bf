using LoraBuild.Dataset.Tags;
using LoraBuild.Protocol;
using LoraBuild.Tagging;

namespace LoraBuild.Worker.Jobs;

/// <summary>Runs the tagger over normalized pictures and writes every label's score.</summary>
internal static class TagPictures
{
    /// <exception cref="OperationCanceledException">The job was cancelled; finished pictures stay.</exception>
    public static void Run(TagJob job, EventWriter events, CancellationToken token)
    {
        // Fewer pictures than processors: the rest helps inside of the model.
        var threads = Math.Clamp(job.Pictures.Count, 1, Environment.ProcessorCount);
        var options = new TaggerOptions { Threads = threads, IntraOpThreads = Environment.ProcessorCount / threads };
        using var tagger = Tagger.Open(job.Model, job.Labels, options);
        foreach (var warning in tagger.Warnings)
            events.Report(warning);

        var progress = new ProgressLine(events, "Tag", job.Pictures.Count);
        tagger.Score(
            [.. job.Pictures.Select(picture => picture.Picture)],
            (index, scores) =>
            {
                ToTagScores(tagger.Labels, scores).Write(job.Pictures[index].Target);
                events.Finished(job.Pictures[index].Id);
                progress.Step();
            },
            (_, error) => events.Report(error.Diagnostic),
            token);
    }

    private static TagScores ToTagScores(TaggerLabels labels, float[] scores)
    {
        return new TagScores(Of(LabelCategory.Rating), Of(LabelCategory.General), Of(LabelCategory.Character));

        // Two labels of one spelling share the higher score.
        Dictionary<string, float> Of(LabelCategory category)
        {
            var byTag = new Dictionary<string, float>(StringComparer.Ordinal);
            foreach (var (label, score) in labels.Zip(scores).Where(pair => pair.First.Category == category))
                byTag[label.Tag] = Math.Max(score, byTag.GetValueOrDefault(label.Tag));
            return byTag;
        }
    }
}
