using LoraBuild.Base.Geometry;

namespace LoraBuild.Training.Data;

/// <summary>The samples that go through the models together.</summary>
/// <param name="Step">The number of the batch in the whole training, from 0: that of the step where none are accumulated.</param>
/// <param name="Size">Their size in pixels.</param>
/// <param name="Samples">The samples.</param>
public sealed record TrainingBatch(int Step, PixelSize Size, IReadOnlyList<TrainingSample> Samples)
{
    /// <summary>The samples' masks, [batch, 1, height, width] at the size of the latents, float32; ones for samples without. Null where none has one.</summary>
    public Tensor? Mask(long height, long width)
    {
        if (Samples.All(sample => sample.Mask is null))
            return null;
        var places = new float[Samples.Count * height * width];
        Array.Fill(places, 1);
        for (var i = 0; i < Samples.Count; i++)
            Samples[i].Mask?.CopyTo(places, i * height * width);
        return tensor(places).view(Samples.Count, 1, height, width);
    }
}
