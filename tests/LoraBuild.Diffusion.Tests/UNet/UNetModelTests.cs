#if !TORCHSHARP
using LoraBuild.Diffusion.Families.StableDiffusion;
#endif

namespace LoraBuild.Diffusion.Tests.UNet;

public class UNetModelTests
{
    [Theory]
    [InlineData("unet_a")]
    [InlineData("unet_b")]
    [InlineData("unet_c")]
    public void Noise_is_predicted_as_diffusers_does_at_even_and_odd_sizes(string golden)
    {
        using var scope = torch.NewDisposeScope();
        using var frozen = torch.no_grad();
        using var model = TestData.LoadTiny();

        var noise = model.UNet.Forward(
            TestData.Golden($"{golden}.latent"), TestData.Golden($"{golden}.timesteps", ScalarType.Int64),
            TestData.Golden($"{golden}.context"));

        TestData.AssertClose(TestData.Golden($"{golden}.out"), noise, 1e-5);
    }

    [Fact]
    public void Half_precision_gives_the_same_prediction_within_its_own_precision()
    {
        using var scope = torch.NewDisposeScope();
        using var frozen = torch.no_grad();
        using var model = TestData.LoadTiny(ScalarType.BFloat16);

        var noise = model.UNet.Forward(
            TestData.Golden("unet_a.latent", ScalarType.BFloat16), TestData.Golden("unet_a.timesteps", ScalarType.Int64),
            TestData.Golden("unet_a.context", ScalarType.BFloat16));

        Assert.Equal(ScalarType.BFloat16, noise.dtype);
        // A CPU without products of its own for bfloat16 rounds each sum to 8 bits at every step.
        TestData.AssertClose(TestData.Golden("unet_a.out"), noise.to(ScalarType.Float32), 0.15);
    }

#if !TORCHSHARP
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_number_of_threads_changes_no_bit_of_the_prediction_or_its_gradient(bool checkpointing)
    {
        using var scope = torch.NewDisposeScope();
        // What a CPU promises.
        using var model = (StableDiffusionModel)ModelFamilies.Load(TestData.TinyCheckpoint, ScalarType.Float32, torch.CPU);
        model.UNet.GradientCheckpointing = checkpointing;
        var before = torch.get_num_threads();
        try
        {
            var results = new[] { 1, 2, 3, 5 }.Select(threads =>
            {
                torch.set_num_threads(threads);
                var context = TestData.Golden("unet_a.context").cpu().requires_grad_();
                var noise = model.UNet.Forward(
                    TestData.Golden("unet_a.latent").cpu(), TestData.Golden("unet_a.timesteps", ScalarType.Int64).cpu(), context);
                Diffusion.Checkpointing.Checkpoint.Backward(noise.square().sum());
                return (noise, gradient: context.grad!);
            }).ToList();

            Assert.All(results.Skip(1), result =>
            {
                Assert.True(result.noise.equal(results[0].noise).all().item<bool>());
                Assert.True(result.gradient.equal(results[0].gradient).all().item<bool>());
            });
        }
        finally
        {
            torch.set_num_threads(before);
        }
    }
#endif
}
