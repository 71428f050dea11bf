using System.Collections;
using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Tagging;

/// <summary>The labels of a tagger, in the order of its outputs.</summary>
public sealed class TaggerLabels : IReadOnlyList<TaggerLabel>
{
    private readonly TaggerLabel[] labels;

    internal TaggerLabels(IEnumerable<TaggerLabel> labels) => this.labels = [.. labels];

    /// <inheritdoc/>
    public int Count => labels.Length;

    /// <inheritdoc/>
    public TaggerLabel this[int index] => labels[index];

    /// <summary>Reads a tagger's label file, of any format.</summary>
    /// <exception cref="LoraBuildException">
    /// LB3001 the file is missing; LB3003, with the line, it is malformed or of no known format; LB6004 it cannot be read.
    /// </exception>
    public static TaggerLabels Read(string path) => TaggerFormats.Of(path).ReadLabels(path);

    /// <summary>
    /// Selects the tags of a picture: general and character labels whose score reaches their threshold, in the tagger's order and in prompt
    /// form.
    /// </summary>
    /// <param name="scores">One score (0..1) a label.</param>
    /// <param name="generalThreshold">Least score of a general label.</param>
    /// <param name="characterThreshold">Least score of a character label.</param>
    /// <exception cref="ArgumentException">The number of scores is not the number of labels.</exception>
    public IReadOnlyList<string> Select(ReadOnlySpan<float> scores, float generalThreshold = 0.4f, float characterThreshold = 0.4f)
    {
        if (scores.Length != labels.Length)
            throw new ArgumentException($"There are {labels.Length} labels, not {scores.Length}.", nameof(scores));
        var tags = new List<string>();
        for (var i = 0; i < labels.Length; i++)
        {
            var isTag = labels[i].Category switch
            {
                LabelCategory.General => scores[i] >= generalThreshold,
                LabelCategory.Character => scores[i] >= characterThreshold,
                _ => false,
            };
            if (isTag)
                tags.Add(labels[i].Tag);
        }

        return tags;
    }

    /// <inheritdoc/>
    public IEnumerator<TaggerLabel> GetEnumerator() => ((IEnumerable<TaggerLabel>)labels).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>One output of a tagger.</summary>
/// <param name="Name">The name in the label file, with underscores.</param>
/// <param name="Category">The subject of the label.</param>
public sealed record TaggerLabel(string Name, LabelCategory Category)
{
    /// <summary>The label in prompt form: <c>hatsune_miku_(append)</c> is <c>hatsune miku \(append\)</c>.</summary>
    public string Tag { get; } = Dataset.Tags.Tag.OfLabel(Name);
}

/// <summary>The subject of a label.</summary>
public enum LabelCategory
{
    /// <summary>Something that the picture shows.</summary>
    General,

    /// <summary>A named character in it.</summary>
    Character,

    /// <summary>general, sensitive, questionable, explicit: exactly one holds, and none is a tag.</summary>
    Rating,
}
