using LoraBuild.Diffusion;
using LoraBuild.Diffusion.Families.StableDiffusion;
using LoraBuild.Training.Adapters;
using LoraBuild.Training.Optimizers;

namespace LoraBuild.Benchmarks.Training;

/// <summary>The full-size UNet with random weights and a LoHa of rank 4 on every layer, which can be switched between its forms.</summary>
internal sealed class FullSizeTraining : IDisposable
{
    private const long Tokens = 77;
    // Of the scaler of mixed precision: small enough that a random model's gradients fit.
    private const double LossScale = 256;
    private readonly StableDiffusionModel model;
    private readonly AdapterNetwork network;
    private readonly Lion8bit optimizer;
    private readonly Device device;
    private readonly ScalarType dtype;
    private readonly long batch;
    private bool isPlain;

    /// <summary>The UNet of the checkpoint in a folder, which is written there first if it is not yet.</summary>
    public FullSizeTraining(string folder, Device? device = null, ScalarType dtype = ScalarType.Float32, long batch = 1)
    {
        (this.device, this.dtype, this.batch) = (device ?? CPU, dtype, batch);
        // As the build's worker does for a training.
        set_num_threads(Math.Max(2, get_num_threads()));
        model = Load(folder, dtype, this.device);
        network = AdapterNetwork.Create(model, new() { NetworkTrainUnetOnly = true });
        // A step goes through the UNet alone.
        model.TextEncoder.Dispose();
        model.Vae.Dispose();
        optimizer = new Lion8bit(network.Parameters, new(0.9, 0.99, 0.1));
        // A start at zero would spare the plain form nothing and the other none, but no real step after the first looks so.
        using var ungraded = no_grad();
        foreach (var module in network.Modules)
            module.Factors["hada_w2_a"].fill_(0.01f);
    }

    /// <summary>Writes a checkpoint with random weights into a folder where there is none.</summary>
    public static void Write(string folder)
    {
        if (!File.Exists(Checkpoint(folder)))
            Models.StableDiffusion15.WriteRandom(Checkpoint(folder), ScalarType.Float16);
    }

    /// <summary>Loads what <see cref="Write"/> writes.</summary>
    public static StableDiffusionModel Load(string folder, ScalarType dtype = ScalarType.Float32, Device? device = null)
    {
        Write(folder);
        return (StableDiffusionModel)ModelFamilies.Load(
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
        model.UNet.GradientCheckpointing = checkpointing;
        foreach (var module in network.Modules)
            module.Layer.Adapter = module;
    }

    public void UsePlain(bool checkpointing)
    {
        isPlain = true;
        model.UNet.GradientCheckpointing = checkpointing;
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
        network.Dispose();
        model.Dispose();
    }

    private Tensor Predict(long size)
    {
        using var random = new Generator(1);
        var latents = randn([batch, model.UNet.InChannels, size, size], generator: random);
        var context = randn([batch, Tokens * (device.type == DeviceType.CPU ? 1 : 3), model.UNet.ContextSize], generator: random);
        return model.UNet.Forward(latents.to(dtype, device), full([batch], 500L, ScalarType.Int64, device), context.to(dtype, device));
    }
}
