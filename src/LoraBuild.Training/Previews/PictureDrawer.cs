using System.Collections.Concurrent;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Geometry;
using LoraBuild.Diffusion;
using LoraBuild.Diffusion.Families;
using LoraBuild.Diffusion.Samplers;
using LoraBuild.Imaging.Rasters;
using LoraBuild.Protocol;
using LoraBuild.Settings;
using LoraBuild.Settings.Sampling;
using LoraBuild.Training.Adapters;
using LoraBuild.Training.Captions;
using LoraBuild.Training.Engine;

namespace LoraBuild.Training.Previews;

/// <summary>
/// Draws batches of pictures with one base model, with LoRA files on it or without, for all of which it is loaded once. A small model on a
/// CPU draws two batches side by side. A batch's pictures depend on the batch alone, not on the others nor on the number of threads.
/// </summary>
public sealed class PictureDrawer : IDisposable
{
    private readonly IReadOnlyList<IDiffusionModel> replicas;
    private readonly TrainingSettings settings;

    private PictureDrawer(IReadOnlyList<IDiffusionModel> replicas, TrainingSettings settings)
    {
        this.replicas = replicas;
        this.settings = settings;
    }

    /// <summary>The size that the model draws best; where its files do not tell, that of the training.</summary>
    public PixelSize FittingSize =>
        replicas[0].BestSize ?? new(Whole(settings.TrainedResolution.Width), Whole(settings.TrainedResolution.Height));

    /// <inheritdoc cref="PromptLength.Warnings"/>
    public IEnumerable<Diagnostic> WarningsOf(IEnumerable<PictureRequest> prompts, string? file) =>
        PromptLength.Warnings(prompts, replicas[0], file);

    /// <summary>Loads the model.</summary>
    /// <param name="baseModel">A checkpoint, or a folder as diffusers writes it.</param>
    /// <param name="settings">Those of the training: the number format on a GPU, the resolution.</param>
    /// <param name="options">The author's settings of the model.</param>
    /// <inheritdoc cref="ModelFamilies.Load" path="/exception"/>
    public static PictureDrawer Load(string baseModel, TrainingSettings settings, ModelOptions options)
    {
        var compute = ComputeDevice.For(settings);
        var replicas = new List<IDiffusionModel>();
        try
        {
            replicas.Add(Replica());
            if (SideBySide.Suits(replicas[0]))
                replicas.Add(Replica());
            return new(replicas, settings);
        }
        catch
        {
            replicas.ForEach(replica => replica.Dispose());
            throw;
        }

        IDiffusionModel Replica() => ModelFamilies.Load(baseModel, compute.Type, compute.Device, options);
    }

    /// <summary>Draws batches, those of one LoRA after the other.</summary>
    /// <param name="batches">The pictures that are drawn together; those of a batch share size, steps, sampler and clip skip.</param>
    /// <param name="drawn">Called with each batch that is done and its pictures, one call at a time, in no particular order.</param>
    /// <param name="cancellation">Ends the work between two steps.</param>
    /// <exception cref="Base.Diagnostics.LoraBuildException">LB4001, LB4002, LB4005, LB6004: a LoRA file.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Draw(
        IReadOnlyList<BatchToDraw> batches, Action<BatchToDraw, IReadOnlyList<Raster>> drawn, CancellationToken cancellation = default)
    {
        var waiting = new ConcurrentQueue<BatchToDraw>(batches.GroupBy(batch => batch.Lora).SelectMany(ofLora => ofLora));
        var gate = new Lock();
        if (replicas is [var first, var second])
        {
            set_num_threads(1);
            SideBySide.Run(() => Work(first), () => Work(second));
        }
        else
        {
            if (replicas[0].Device.type == DeviceType.CPU)
                set_num_threads(Math.Max(2, get_num_threads()));
            Work(replicas[0]);
        }

        void Work(IDiffusionModel model)
        {
            using var scope = NewDisposeScope();
            var painter = new TextToImage(model);
            var (on, lora) = ((string?)null, (AppliedLora?)null);
            try
            {
                while (waiting.TryDequeue(out var batch))
                {
                    if (batch.Lora != on)
                    {
                        lora?.Dispose();
                        lora = batch.Lora is null ? null : AppliedLora.Apply(batch.Lora, model);
                        on = batch.Lora;
                    }

                    var rasters = Paint(painter, [.. batch.Pictures.Select(picture => picture.Request)], cancellation);
                    lock (gate)
                        drawn(batch, rasters);
                }
            }
            catch
            {
                // The other one need not draw what nobody will see.
                waiting.Clear();
                throw;
            }
            finally
            {
                lora?.Dispose();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var replica in replicas)
            replica.Dispose();
    }

    private static IReadOnlyList<Raster> Paint(TextToImage painter, IReadOnlyList<PictureRequest> requests, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        return PictureTensor.ToRasters(painter.Decode(painter.Sample(requests, cancellation: cancellation)));
    }

    private static int Whole(int side) => side - (side % PictureRequest.SizeUnit);
}
