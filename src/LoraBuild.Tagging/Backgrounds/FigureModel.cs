using LoraBuild.Base.Diagnostics;
using LoraBuild.Imaging.Edits;
using LoraBuild.Imaging.Rasters;
using LoraBuild.Imaging.Resampling;

namespace LoraBuild.Tagging.Backgrounds;

/// <summary>
/// A segmentation model in the manner of ISNet for anime (SkyTNT's anime-segmentation): it takes [1, 3, side, side], RGB from 0 to 1, the
/// picture shrunk or enlarged to fit and centred on black, and gives a mask [1, 1, side, side] from 0 (background) to 1 (figure).
/// Pictures go through it one at a time, on all its threads: its layers take gigabytes.
/// </summary>
public sealed class FigureModel : ISegmentation, IDisposable
{
    private const int UsualSide = 1024;

    private readonly Lock gate = new();
    private readonly OnnxModel model;
    private readonly string inputName;
    private readonly string outputName;
    private readonly int side;

    private FigureModel(OnnxModel model)
    {
        this.model = model;
        if (model.OnlyInput(rank: 4) is not var (name, dimensions) || dimensions is not [-1 or 1, 3, var height, var width]
            || height != width)
            throw model.Invalid(
                $"A segmentation model takes float [1, 3, side, side]; this model takes {OnnxModel.Describe(model.Inputs)}.");
        inputName = name;
        outputName = model.OutputOf(rank: 4)
            ?? throw model.Invalid(
                $"A segmentation model gives float [1, 1, side, side]; this model gives {OnnxModel.Describe(model.Outputs)}.");
        side = height > 0 ? height : UsualSide;
    }

    /// <summary>Loads a model.</summary>
    /// <exception cref="LoraBuildException">LB3001 the file is missing; LB3002 it is damaged or takes or gives something else;
    /// LB6003.</exception>
    public static FigureModel Open(string path, TaggerOptions options, List<Diagnostic> warnings) =>
        OnnxModel.Open(path, options, warnings, model => new FigureModel(model));

    /// <inheritdoc/>
    /// <exception cref="LoraBuildException">LB3002: the model does not run, or gives something else than it promised.</exception>
    public byte[] FigureOf(Raster picture)
    {
        var scale = (double)side / Math.Max(picture.Width, picture.Height);
        int across = Math.Max(1, (int)(picture.Width * scale)), down = Math.Max(1, (int)(picture.Height * scale));
        int left = (side - across) / 2, top = (side - down) / 2;
        var input = new float[3 * side * side];
        PlaneWriter.Write(PictureResampler.Resize(picture, across, down), input, side, side, left, top);
        var mask = Run(input);

        var small = new Raster(across, down);
        for (var y = 0; y < down; y++)
        {
            for (var x = 0; x < across; x++)
                small.Row(y).Slice(x * 4, 4).Fill((byte)Math.Round(Math.Clamp(mask[(top + y) * side + left + x], 0, 1) * 255));
        }

        var large = PictureResampler.Resize(small, picture.Width, picture.Height);
        var figure = new byte[picture.Width * picture.Height];
        for (var i = 0; i < figure.Length; i++)
            figure[i] = large.Pixels[i * 4];
        return figure;
    }

    /// <inheritdoc/>
    public void Dispose() => model.Dispose();

    private float[] Run(float[] input)
    {
        lock (gate)
        {
            var (shape, mask) = model.Run(inputName, input, [1, 3, side, side], outputName);
            return mask.Length == side * side
                ? mask
                : throw model.Invalid($"A segmentation model gives [1, 1, {side}, {side}]; this model gave [{string.Join(", ", shape)}].");
        }
    }
}
