using LoraBuild.Base.Diagnostics;
using LoraBuild.Imaging.Rasters;

namespace LoraBuild.Tagging;

/// <summary>
/// A file format of taggers: an ONNX file and its label file. Everything that differs between formats is here; a new one is a class and a
/// line in <see cref="TaggerFormats"/>.
/// </summary>
internal interface ITaggerFormat
{
    /// <summary>The format and its label file, for messages.</summary>
    string Description { get; }

    /// <summary>True if a label file belongs to a tagger of this format.</summary>
    /// <param name="labelsPath">The label file. Other files of the tagger lie beside it.</param>
    /// <param name="beginning">The first characters of the label file.</param>
    bool Recognises(string labelsPath, string beginning);

    /// <summary>Reads the labels in the order of the model's outputs.</summary>
    /// <exception cref="LoraBuildException">LB3003, with the line: the file is malformed; LB6004: it cannot be read.</exception>
    TaggerLabels ReadLabels(string labelsPath);

    /// <summary>Finds the input and the output of a model.</summary>
    /// <exception cref="LoraBuildException">LB3002: the model has others; LB3003: it has another number of labels.</exception>
    TaggerLayout Examine(OnnxModel model, string labelsPath, int labelCount);

    /// <summary>Converts the numbers of the output to scores from 0 to 1, in place.</summary>
    void ToScores(Span<float> output);
}

/// <summary>The input and the output of a tagger's model.</summary>
/// <param name="InputName">The name of the input.</param>
/// <param name="Input">The size and layout of the input.</param>
/// <param name="OutputName">The name of the output, [pictures, labels].</param>
/// <param name="TakesBatches">True if the model takes any number of pictures in a run, not one alone.</param>
internal sealed record TaggerLayout(string InputName, ITaggerInput Input, string OutputName, bool TakesBatches);

/// <summary>Converts pictures to the numbers that a tagger's model takes.</summary>
public interface ITaggerInput
{
    /// <summary>The number of numbers a picture.</summary>
    int Length { get; }

    /// <summary>The shape of a tensor of several pictures, batch first.</summary>
    long[] Shape(int pictures);

    /// <summary>Writes a picture's numbers.</summary>
    /// <param name="picture">Any size; may be transparent.</param>
    /// <param name="target"><see cref="Length"/> numbers.</param>
    void Write(Raster picture, Span<float> target);
}
