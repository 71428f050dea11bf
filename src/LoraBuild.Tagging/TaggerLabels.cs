using System.Collections;
using System.Globalization;
using System.Text;
using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Tagging;

/// <summary>A tagger's labels in the order of its outputs, as <c>selected_tags.csv</c> beside the model lists them.</summary>
public sealed class TaggerLabels : IReadOnlyList<TaggerLabel>
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly TaggerLabel[] labels;

    private TaggerLabels(TaggerLabel[] labels) => this.labels = labels;

    /// <inheritdoc/>
    public int Count => labels.Length;

    /// <inheritdoc/>
    public TaggerLabel this[int index] => labels[index];

    /// <summary>Reads a <c>selected_tags.csv</c>: a header <c>tag_id,name,category</c> (more columns may follow), then one label a line.</summary>
    /// <exception cref="LoraBuildException">LB3001 the file is missing; LB3003, with the line, it is malformed; LB6004 it cannot be read.</exception>
    public static TaggerLabels Read(string path)
    {
        var lines = ReadLines(path);
        if (lines.Length == 0 || lines[0].TrimStart('\uFEFF').Split(',') is not ["tag_id", "name", "category", ..])
            throw Invalid("The first line is not 'tag_id,name,category,count'. Use the selected_tags.csv that came with the model.", path, 1);
        var labels = new List<TaggerLabel>(lines.Length);
        for (var i = 1; i < lines.Length; i++)
        {
            if (lines[i].Length > 0)
                labels.Add(ReadLabel(lines[i], path, i + 1));
        }
        if (labels.Count == 0)
            throw Invalid("There are no labels. Use the selected_tags.csv that came with the model.", path, 1);
        return new TaggerLabels([.. labels]);
    }

    /// <summary>The tags of a picture: general and character labels whose score reaches their threshold, in the tagger's order and in prompt form.</summary>
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

    private static string[] ReadLines(string path)
    {
        if (!File.Exists(path))
            throw new LoraBuildException(DiagnosticCode.TaggerMissing, "The tagger's label file does not exist. It is the selected_tags.csv that came with the model.", path);
        try
        {
            return File.ReadAllLines(path, StrictUtf8);
        }
        catch (DecoderFallbackException e)
        {
            throw Invalid("The label file is not UTF-8 text. Use the selected_tags.csv that came with the model.", path, 0, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LoraBuildException(DiagnosticCode.CannotRead, $"The label file cannot be read: {e.Message}", path, innerException: e);
        }
    }

    private static TaggerLabel ReadLabel(string line, string path, int number)
    {
        var fields = SplitFields(line);
        if (fields.Count < 3 || fields[1].Length == 0)
            throw Invalid($"'{line}' is not 'tag_id,name,category,count'.", path, number);
        if (!int.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out var category) || !Enum.IsDefined((LabelCategory)category))
            throw Invalid($"The label '{fields[1]}' has the category '{fields[2]}'. Categories are 0 (general), 4 (character) and 9 (rating).", path, number);
        return new TaggerLabel(fields[1], (LabelCategory)category);
    }

    /// <summary>The fields of a line of CSV (RFC 4180).</summary>
    private static List<string> SplitFields(string line)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '"' && quoted && i + 1 < line.Length && line[i + 1] == '"')
                field.Append(line[i++]);
            else if (line[i] == '"' && (quoted || field.Length == 0))
                quoted = !quoted;
            else if (line[i] == ',' && !quoted)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else
                field.Append(line[i]);
        }
        fields.Add(field.ToString());
        return fields;
    }

    private static LoraBuildException Invalid(string message, string path, int line, Exception? cause = null) =>
        new(DiagnosticCode.TaggerLabelsInvalid, message, path, line, innerException: cause);
}
