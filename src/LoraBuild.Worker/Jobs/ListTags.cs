using LoraBuild.Base.Files;
using LoraBuild.Dataset.Tags;
using LoraBuild.Protocol;
using LoraBuild.Tagging;

namespace LoraBuild.Worker.Jobs;

/// <summary>Writes the general tags that a tagger knows.</summary>
internal static class ListTags
{
    public static void Run(ListTagsJob job, EventWriter events)
    {
        var general = TaggerLabels.Read(job.Labels).Where(label => label.Category == LabelCategory.General).Select(label => label.Tag);
        AtomicFile.WriteText(job.Target, TagList.Format(general));
        events.Finished(job.Target);
    }
}
