using LoraBuild.Base.Geometry;
using LoraBuild.Benchmarks.Models;
using LoraBuild.Diffusion;
using LoraBuild.Diffusion.Families;
using LoraBuild.Diffusion.Layers;
using LoraBuild.Training.Adapters;
using LoraBuild.Training.Optimizers;

namespace LoraBuild.Benchmarks.Training;

/// <summary>The full-size UNet with random weights and a LoHa of rank 4 on every layer, which can be switched between its forms.</summary>
internal sealed class FullSizeTraining : IDisposable
{
    private const string Caption = "1girl, solo, smile, looking at viewer, white shirt, pleated skirt, outdoors";
    private const int Side = 512, OneChunk = 75, ThreeChunks = 225;

    // Of the scaler of mixed precision: small enough that a random model's gradients fit.
    private const double LossScale = 256;
    private readonly IDiffusionModel model;
    private readonly IModelPart denoiser;
    private readonly Conditioning conditioning;
    private readonly AdapterNetwork network;
    private readonly Lion8bit optimizer;
    private readonly Device device;
    private readonly ScalarType dtype;
    private readonly long batch;
    private bool isPlain;

    /// <summary>The UNet of the checkpoint in a folder, which is written there first if it is not yet.</summary>
    public FullSizeTraining(FullSizeModel full, string folder, Device? device = null, ScalarType dtype = ScalarType.Float32, long batch = 1)
    {
        (this.device, this.dtype, this.batch) = (device ?? CPU, dtype, batch);
        // As the build's worker does for a training.
        set_num_threads(Math.Max(2, get_num_threads()));
        model = Load(full, folder, dtype, this.device);
        denoiser = model.Parts[^1];
        network = AdapterNetwork.Create(model, new() { NetworkTrainUnetOnly = true });
        // A step goes through the UNet alone.
        conditioning = Encode();
        foreach (var part in model.Parts.Where(part => part.Kind == PartKind.TextEncoder).OfType<IDisposable>())
            part.Dispose();
        model.Autoencoder.Dispose();
        optimizer = new Lion8bit(network.Parameters, new(0.9, 0.99, 0.1));
        // A start at zero would spare the plain form nothing and the other none, but no real step after the first looks so.
        using var ungraded = no_grad();
        foreach (var module in network.Modules)
            module.Factors["hada_w2_a"].fill_(0.01f);
    }

    /// <summary>Writes a checkpoint with random weights into a folder where there is none.</summary>
    public static void Write(FullSizeModel full, string folder)
    {
        if (!File.Exists(Checkpoint(folder)))
            full.WriteRandom(Checkpoint(folder), ScalarType.Float16);
    }

    /// <summary>Loads what <see cref="Write"/> writes.</summary>
    public static IDiffusionModel Load(FullSizeModel full, string folder, ScalarType dtype = ScalarType.Float32, Device? device = null)
    {
        Write(full, folder);
        return ModelFamilies.Load(
            Checkpoint(folder), dtype, device, new() { Tokenizer = Path.Combine(AppContext.BaseDirectory, "Data", "tokenizer") });
    }

    /// <summary>The file that <see cref="Write"/> writes into a folder.</summary>
    public static string Checkpoint(string folder) => Path.Combine(folder, "random.safetensors");

    public void UseNoAdapters()
    {
        foreach (var module in network.Modules)
            module.Layer.Adapter = null;
    }

    public void UseOurs(bool checkpointing)
    {
        isPlain = false;
        denoiser.GradientCheckpointing = checkpointing;
        foreach (var module in network.Modules)
            module.Layer.Adapter = module;
    }

    public void UsePlain(bool checkpointing)
    {
        isPlain = true;
        denoiser.GradientCheckpointing = checkpointing;
        foreach (var module in network.Modules)
            module.Layer.Adapter = new PlainLoHa(module);
    }

    public void Forward(long size)
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        Predict(size);
    }

    public void Step(long size)
    {
        using var scope = NewDisposeScope();
        network.Parameters.ZeroGradients();
        Diffusion.Checkpointing.Checkpoint.Backward(Predict(size).square().mean());
        optimizer.Step(_ => 1e-4);
    }

    /// <summary>A step of mixed precision: the loss scaled, its gradients clipped.</summary>
    public void ScaledStep(long size)
    {
        using var scope = NewDisposeScope();
        network.Parameters.ZeroGradients();
        if (!isPlain)
            network.BeginPass(0);
        Diffusion.Checkpointing.Checkpoint.Backward(Predict(size).to_type(ScalarType.Float32).square().mean() * LossScale);
        if (!isPlain)
            network.EndPass();
        network.Parameters.Gradients.mul_(1 / LossScale);
        var norm = network.Parameters.GradientNorm();
        if (!double.IsFinite(norm))
            throw new InvalidOperationException("The gradients do not fit half precision.");
        if (norm > 1)
            network.Parameters.Gradients.mul_(1 / norm);
        optimizer.Step(_ => 1e-4);
    }

    public void Dispose()
    {
        optimizer.Dispose();
        foreach (var tensor in conditioning.Tensors.Values)
            tensor.Dispose();
        network.Dispose();
        model.Dispose();
    }

    private Conditioning Encode()
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        var text = model.Tokenize(
            Caption, PictureFrame.Drawn(new PixelSize(Side, Side)), device.type == DeviceType.CPU ? OneChunk : ThreeChunks,
            weighted: false);
        var encoded = model.Encode([.. Enumerable.Repeat(text, (int)batch)]);
        return new(encoded.Tensors.ToDictionary(entry => entry.Key, entry => entry.Value.to(dtype, device).DetachFromDisposeScope()));
    }

    private Tensor Predict(long size)
    {
        using var random = new Generator(1);
        var latents = randn([batch, model.Autoencoder.LatentChannels, size, size], generator: random);
        return model.Predict(latents.to(dtype, device), full([batch], 500L, ScalarType.Int64, device), conditioning);
    }
}
