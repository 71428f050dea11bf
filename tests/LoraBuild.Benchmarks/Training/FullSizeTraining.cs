using LoraBuild.Diffusion;
using LoraBuild.Training.Adapters;
using LoraBuild.Training.Optimizers;

namespace LoraBuild.Benchmarks.Training;

/// <summary>The full-size UNet with random weights and a LoHa of rank 4 on every layer, which can be switched between its forms.</summary>
internal sealed class FullSizeTraining : IDisposable
{
    private const long Tokens = 77;
    private readonly StableDiffusion model;
    private readonly AdapterNetwork network;
    private readonly Lion8bit optimizer;

    public FullSizeTraining(string folder)
    {
        // As the build's worker does for a training.
        set_num_threads(Math.Max(2, get_num_threads()));
        model = Load(folder);
        network = AdapterNetwork.Create(model.TextEncoder, model.UNet, new() { NetworkTrainUnetOnly = true }, CPU);
        optimizer = new Lion8bit(network.Parameters, new(0.9, 0.99, 0.1));
        // A start at zero would spare the plain form nothing and the other none, but no real step after the first looks so.
        using var ungraded = no_grad();
        foreach (var module in network.Modules)
            module.Factors["hada_w2_a"].fill_(0.01f);
    }

    /// <summary>Writes a checkpoint with random weights into a folder, and loads it.</summary>
    public static StableDiffusion Load(string folder)
    {
        var checkpoint = Checkpoint(folder);
        Models.StableDiffusion15.WriteRandom(checkpoint, ScalarType.Float16);
        return StableDiffusion.Load(checkpoint, ScalarType.Float32, CPU, new() { Tokenizer = Path.Combine(AppContext.BaseDirectory, "Data", "tokenizer") });
    }

    /// <summary>The file that <see cref="Load"/> writes into a folder.</summary>
    public static string Checkpoint(string folder) => Path.Combine(folder, "random.safetensors");

    public void UseNoAdapters()
    {
        foreach (var module in network.Modules)
            module.Layer.Adapter = null;
    }

    public void UseOurs(bool checkpointing)
    {
        model.UNet.GradientCheckpointing = checkpointing;
        foreach (var module in network.Modules)
            module.Layer.Adapter = module;
    }

    public void UsePlain(bool checkpointing)
    {
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

    public void Dispose()
    {
        optimizer.Dispose();
        network.Dispose();
        model.Dispose();
    }

    private Tensor Predict(long size)
    {
        using var random = new Generator(1);
        var latents = randn([1, model.UNet.InChannels, size, size], generator: random);
        var context = randn([1, Tokens, model.UNet.ContextSize], generator: random);
        return model.UNet.Forward(latents, tensor([500L]), context);
    }
}
