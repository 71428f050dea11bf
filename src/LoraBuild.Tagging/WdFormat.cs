using System.Globalization;
using System.Text;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Imaging.Rasters;
using LoraBuild.Imaging.Resampling;

namespace LoraBuild.Tagging;

/// <summary>
/// The format of SmilingWolf's taggers, WD v1.4 and v3: <c>selected_tags.csv</c>, and a model that takes [batch, size, size, 3] or
/// [batch, 3, size, size] and gives a probability a label.
/// </summary>
internal sealed class WdFormat : ITaggerFormat
{
    private const string Header = "tag_id,name,category";

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <inheritdoc/>
    public string Description => $"that of a WD tagger, selected_tags.csv, begins with '{Header},count'";

    /// <inheritdoc/>
    public bool Recognises(string labelsPath, string beginning) =>
        beginning.Split('\n')[0].TrimEnd('\r').Split(',') is ["tag_id", "name", "category", ..];

    /// <inheritdoc/>
    public TaggerLabels ReadLabels(string labelsPath)
    {
        var lines = ReadLines(labelsPath);
        var labels = new List<TaggerLabel>(lines.Length);
        for (var i = 1; i < lines.Length; i++)
        {
            if (lines[i].Length > 0)
                labels.Add(ReadLabel(lines[i], labelsPath, i + 1));
        }

        if (labels.Count == 0)
            throw Invalid("There are no labels. Use the selected_tags.csv that came with the model.", labelsPath, 1);
        return new TaggerLabels(labels);
    }

    /// <inheritdoc/>
    public TaggerLayout Examine(OnnxModel model, string labelsPath, int labelCount)
    {
        var (inputName, input, takesBatches) = FindInput(model);
        return new TaggerLayout(inputName, input, FindOutput(model, labelCount), takesBatches);
    }

    /// <inheritdoc/>
    public void ToScores(Span<float> output)
    {
        // The model ends with a sigmoid.
    }

    private static (string Name, WdInput Input, bool TakesBatches) FindInput(OnnxModel model)
    {
        if (model.OnlyInput(rank: 4) is var (name, dimensions) && dimensions[0] is -1 or 1)
        {
            switch (dimensions)
            {
                case [var batch, > 0 and var height, > 0 and var width, 3] when height == width:
                    return (name, new WdInput(height, IsChannelsFirst: false), batch < 0);
                case [var batch, 3, > 0 and var height, > 0 and var width] when height == width:
                    return (name, new WdInput(height, IsChannelsFirst: true), batch < 0);
            }
        }

        throw model.Invalid(
            "A WD tagger takes one picture as float [batch, size, size, 3] or [batch, 3, size, size]; "
            + $"this model takes {OnnxModel.Describe(model.Inputs)}.");
    }

    private static string FindOutput(OnnxModel model, int labelCount)
    {
        foreach (var (name, output) in model.Outputs)
        {
            if (!output.IsTensor || output.ElementType != typeof(float) || output.Dimensions is not [_, var count])
                continue;
            return count < 0 || count == labelCount ? name : throw model.WrongLabelCount(count, labelCount);
        }

        throw model.Invalid($"A WD tagger gives float [batch, labels]; this model gives {OnnxModel.Describe(model.Outputs)}.");
    }

    private static string[] ReadLines(string path)
    {
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
            throw Invalid($"'{line}' is not '{Header},count'.", path, number);
        var category = int.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? CategoryOf(code) : null;
        return new TaggerLabel(
            fields[1],
            category ?? throw Invalid(
                $"The label '{fields[1]}' has the category '{fields[2]}'. Categories are 0 (general), 4 (character) and 9 (rating).", path,
                number));
    }

    private static LabelCategory? CategoryOf(int code) => code switch
    {
        0 => LabelCategory.General,
        4 => LabelCategory.Character,
        9 => LabelCategory.Rating,
        _ => null,
    };

    /// <summary>Splits a line of CSV into its fields (RFC 4180).</summary>
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

/// <summary>
/// Pictures for WD taggers, with the arithmetic of sd-scripts' <c>preprocess_image</c>: on white, padded with white to a square
/// (the odd pixel right and below), resized, channels in the order B, G, R, values 0..255.
/// </summary>
/// <param name="Size">The side of the model's input in pixels.</param>
/// <param name="IsChannelsFirst">True for [batch, 3, size, size], false for [batch, size, size, 3].</param>
public sealed record WdInput(int Size, bool IsChannelsFirst) : ITaggerInput
{
    /// <inheritdoc/>
    public int Length => 3 * Size * Size;

    /// <inheritdoc/>
    public long[] Shape(int pictures) => IsChannelsFirst ? [pictures, 3, Size, Size] : [pictures, Size, Size, 3];

    /// <inheritdoc/>
    public void Write(Raster picture, Span<float> target)
    {
        var flat = picture.Flatten();
        var square = Math.Max(flat.Width, flat.Height) >= Size
            ? AreaResampler.ResizeSquare(flat, Size)
            : LanczosResampler.Resize(PadToSquare(flat), Size, Size);
        var pixels = square.Pixels;
        var (channelStep, pixelStep) = IsChannelsFirst ? (Size * Size, 1) : (1, 3);
        for (int i = 0, to = 0; i < pixels.Length; i += 4, to += pixelStep)
        {
            target[to] = pixels[i + 2];
            target[to + channelStep] = pixels[i + 1];
            target[to + 2 * channelStep] = pixels[i];
        }
    }

    private static Raster PadToSquare(Raster picture)
    {
        if (picture.Width == picture.Height)
            return picture;
        var side = Math.Max(picture.Width, picture.Height);
        int left = (side - picture.Width) / 2, top = (side - picture.Height) / 2;
        var square = new Raster(side, side);
        Array.Fill(square.Pixels, (byte)255);
        for (var y = 0; y < picture.Height; y++)
            picture.Row(y).CopyTo(square.Row(top + y)[(left * 4)..]);
        return square;
    }
}
