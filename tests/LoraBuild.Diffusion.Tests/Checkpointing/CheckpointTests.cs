using LoraBuild.Diffusion.Checkpointing;
using LoraBuild.Diffusion.Families.StableDiffusion;
using LoraBuild.Diffusion.Layers;

namespace LoraBuild.Diffusion.Tests.Checkpointing;

public class CheckpointTests
{
    [Fact]
    public void A_failure_before_the_engines_own_is_the_one_that_is_told_and_is_told_once()
    {
        using var scope = torch.NewDisposeScope();
        var input = torch.ones(2).requires_grad_();
        var calls = 0;
        var squared = input * 1;
        var broken = squared.square();
        var failing = Checkpoint.Run((x, y) => ++calls == 2 ? throw new InvalidOperationException("of the function") : x * y, input, input);
        // What the square's gradient needs is gone.
        squared.add_(1);

        var told = Assert.ThrowsAny<Exception>(() => Checkpoint.Backward(broken.sum() + failing.sum()));

        Assert.Equal(calls == 2, told.Message == "of the function");
        Checkpoint.Backward((input * 2).sum());
    }

    [Fact]
    public void Gradients_are_those_without_checkpointing_to_the_bit()
    {
        using var scope = torch.NewDisposeScope();
        // On a GPU some of attention's gradients are sums in whatever order its threads come.
        using var model = (StableDiffusionModel)ModelFamilies.Load(TestData.TinyCheckpoint, ScalarType.Float32, torch.CPU);

        var kept = Gradients(model, checkpointing: false);
        var recomputed = Gradients(model, checkpointing: true);

        Assert.Equal(354, kept.Count);
        Assert.Equal([], kept.Keys.Where(name => !kept[name].SequenceEqual(recomputed[name])));
        Assert.Contains(kept.Values, gradient => gradient.Any(value => value != 0));
    }

    [Fact]
    public void Adapters_get_gradients_where_no_input_requires_one()
    {
        using var scope = torch.NewDisposeScope();
        using var model = TestData.LoadTiny();
        var adapter = new ScaledWeight(1.1f, TestData.Device);
        var layer = model.UNet.Layers.Single(layer => layer.Name == "lora_unet_down_blocks_0_resnets_0_conv1");
        layer.Adapter = adapter;
        model.UNet.GradientCheckpointing = true;

        Checkpoint.Backward(Predict(model, TestData.Golden("unet_a.context")).square().mean());

        Assert.NotEqual(0, adapter.Scale.grad!.item<float>());
    }

    [Fact]
    public void An_exception_on_the_way_back_reaches_the_caller()
    {
        using var scope = torch.NewDisposeScope();
        var calls = 0;
        var input = torch.ones([2], requires_grad: true);

        var output = Checkpoint.Run((a, b) => ++calls == 2 ? throw new InvalidOperationException("second call") : a * b, input, input);

        Assert.Equal("second call", Assert.Throws<InvalidOperationException>(() => Checkpoint.Backward(output.sum())).Message);
    }

    [Fact]
    public void Parts_before_one_that_fails_on_the_way_back_are_left_out()
    {
        using var scope = torch.NewDisposeScope();
        var (calls, earlierCalls) = (0, 0);
        var input = torch.ones([2], requires_grad: true);

        var earlier = Checkpoint.Run(
            (a, b) =>
            {
                earlierCalls++;
                return a * b;
            },
            input,
            input);
        var output = Checkpoint.Run((a, b) => ++calls == 2 ? throw new InvalidOperationException("second call") : a * b, earlier, earlier);

        Assert.Equal("second call", Assert.Throws<InvalidOperationException>(() => Checkpoint.Backward(output.sum())).Message);
        Assert.Equal(1, earlierCalls);
        // The next pass is not touched by it.
        Checkpoint.Backward(Checkpoint.Run((a, b) => a * b, input, input).sum());
        Assert.Equal([2f, 2f], TestData.Floats(input.grad!));
    }

    [Fact]
    public void Without_gradients_the_function_is_simply_called()
    {
        using var scope = torch.NewDisposeScope();
        using var frozen = torch.no_grad();

        var output = Checkpoint.Run((a, b) => a * b, torch.ones([2]), torch.full([2], 3f));

        Assert.False(output.requires_grad);
        Assert.Equal([3f, 3f], TestData.Floats(output));
    }

    private static Dictionary<string, float[]> Gradients(StableDiffusionModel model, bool checkpointing)
    {
        using var scope = torch.NewDisposeScope();
        model.UNet.GradientCheckpointing = model.TextEncoder.GradientCheckpointing = checkpointing;
        var adapters = model.TextEncoder.Layers.Concat(model.UNet.Layers).Select((layer, i) =>
        {
            var adapter = new ScaledWeight(1 + ((i % 7) * 0.01f), torch.CPU);
            layer.Adapter = adapter;
            return (layer.Name, adapter.Scale);
        }).ToList();

        var context = model.TextEncoder.Forward(TestData.Golden("te.input_ids", ScalarType.Int64).cpu().view(-1, 77).narrow(0, 0, 2));
        Checkpoint.Backward(Predict(model, context).square().mean());

        return adapters.ToDictionary(adapter => adapter.Name, adapter => TestData.Floats(adapter.Scale.grad!));
    }

    private static Tensor Predict(StableDiffusionModel model, Tensor context) =>
        model.UNet
            .Forward(
                TestData.Golden("unet_a.latent").to(context.device),
                TestData.Golden("unet_a.timesteps", ScalarType.Int64).to(context.device), context);

    // Weights times a trained number: the least that an adapter can be.
    private sealed class ScaledWeight(float scale, Device device) : ILayerAdapter
    {
        public Tensor Scale { get; } = torch.tensor([scale]).to(device).requires_grad_(true);

        public Tensor Forward(AdaptableLayer layer, Tensor input)
        {
            using var scope = torch.NewDisposeScope();
            return layer.Apply(input, layer.Weight * Scale, layer.Bias).MoveToOuterDisposeScope();
        }
    }
}
