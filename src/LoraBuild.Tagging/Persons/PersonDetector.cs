using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.Edits;
using LoraBuild.Imaging.Rasters;
using LoraBuild.Imaging.Resampling;

namespace LoraBuild.Tagging.Persons;

/// <summary>
/// A YOLO model that finds persons. It takes [1, 3, height, width], RGB from 0 to 1, the picture shrunk or enlarged to fit and centred on
/// grey 114 as Ultralytics' letterbox does, and gives boxes in either of two forms: [1, 4 + classes, boxes] as YOLOv8 and later, or
/// [1, boxes, 5 + classes] with an objectness as YOLOv5. Class 0 is the person, as in COCO and in models of one class.
/// </summary>
public sealed class PersonDetector : IDisposable
{
    private const int UsualSide = 640;
    private const byte Grey = 114;
    private const double LeastScore = 0.3;
    private const double MostOverlap = 0.5;

    private readonly OnnxModel model;
    private readonly string inputName;
    private readonly string outputName;
    private readonly int width;
    private readonly int height;

    private PersonDetector(OnnxModel model)
    {
        this.model = model;
        if (model.OnlyInput(rank: 4) is not var (name, dimensions) || dimensions is not [-1 or 1, 3, _, _])
            throw model.Invalid(
                $"A person detector takes float [1, 3, height, width]; this model takes {OnnxModel.Describe(model.Inputs)}.");
        inputName = name;
        outputName = model.OutputOf(rank: 3)
            ?? throw model.Invalid(
                "A person detector gives float [1, 4 + classes, boxes] or [1, boxes, 5 + classes]; this model gives "
                + $"{OnnxModel.Describe(model.Outputs)}.");
        (height, width) = (dimensions[2] > 0 ? dimensions[2] : UsualSide, dimensions[3] > 0 ? dimensions[3] : UsualSide);
    }

    /// <summary>Loads a detector.</summary>
    /// <exception cref="LoraBuildException">LB3001 the file is missing; LB3002 it is damaged or takes or gives something else;
    /// LB6003.</exception>
    public static PersonDetector Open(string path, TaggerOptions options, List<Diagnostic> warnings) =>
        OnnxModel.Open(path, options, warnings, model => new PersonDetector(model));

    /// <summary>The persons in a picture from left to right; of boxes that overlap by more than half the surest one.</summary>
    /// <exception cref="LoraBuildException">LB3002: the model does not run, or gives something else than it promised.</exception>
    public IReadOnlyList<PersonBox> Find(Raster picture)
    {
        var flat = picture.Flatten();
        var scale = Math.Min((double)width / flat.Width, (double)height / flat.Height);
        int across = Math.Clamp((int)Math.Round(flat.Width * scale), 1, width),
            down = Math.Clamp((int)Math.Round(flat.Height * scale), 1, height);
        int left = (width - across) / 2, top = (height - down) / 2;
        var input = new float[3 * width * height];
        Array.Fill(input, Grey / 255f);
        PlaneWriter.Write(PictureResampler.Resize(flat, across, down), input, width, height, left, top);

        var (shape, data) = model.Run(inputName, input, [1, 3, height, width], outputName);
        var boxes = Candidates(shape, data)
            .Where(box => box.Score >= LeastScore)
            .Select(box => new PersonBox(
                Math.Clamp((box.Left - left) / scale, 0, flat.Width),
                Math.Clamp((box.Top - top) / scale, 0, flat.Height),
                Math.Clamp((box.Right - left) / scale, 0, flat.Width),
                Math.Clamp((box.Bottom - top) / scale, 0, flat.Height),
                box.Score))
            .Where(box => box.Right - box.Left >= 1 && box.Bottom - box.Top >= 1)
            .OrderByDescending(box => box.Score);
        var kept = new List<PersonBox>();
        foreach (var box in boxes)
        {
            if (kept.All(other => box.OverlapWith(other) <= MostOverlap))
                kept.Add(box);
        }

        return [.. kept.OrderBy(box => box.Left + box.Right)];
    }

    /// <inheritdoc/>
    public void Dispose() => model.Dispose();

    private IEnumerable<PersonBox> Candidates(long[] shape, float[] data)
    {
        if (shape is not [1, var rows, var columns] || Math.Min(rows, columns) < 5)
            throw model.Invalid(
                "A person detector gives [1, 4 + classes, boxes] or [1, boxes, 5 + classes]; this model gave "
                + $"[{string.Join(", ", shape)}].");
        // There are thousands of boxes, and few classes.
        var isTransposed = rows < columns;
        var count = isTransposed ? columns : rows;
        for (var box = 0L; box < count; box++)
        {
            double x = At(box, 0), y = At(box, 1), halfWidth = At(box, 2) / 2, halfHeight = At(box, 3) / 2;
            var score = isTransposed || columns == 5 ? At(box, 4) : At(box, 4) * At(box, 5);
            yield return new PersonBox(x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight, score);
        }

        double At(long box, long field) => data[isTransposed ? field * columns + box : box * columns + field];
    }
}
