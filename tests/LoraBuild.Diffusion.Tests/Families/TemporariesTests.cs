using LoraBuild.Diffusion.Checkpointing;
using LoraBuild.Diffusion.Families.StableDiffusion;

namespace LoraBuild.Diffusion.Tests.Families;

public class TemporariesTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_pass_leaves_nothing_but_its_result_in_the_callers_scope(bool checkpointing)
    {
        using var model = (StableDiffusionModel)ModelFamilies.Load(TestData.PathOf("mini-sd"), ScalarType.Float32);
        model.UNet.GradientCheckpointing = model.TextEncoder.GradientCheckpointing = checkpointing;
        using var inputs = torch.NewDisposeScope();
        Tensor latents = torch.ones([1, 4, 6, 5], requires_grad: true), timesteps = torch.tensor([500L]), image = torch.zeros(1, 3, 16, 24);
        var caption = model.Tokenizer.Encode("black hair", 150);

        using var scope = torch.NewDisposeScope();
        var context = model.TextEncoder.Encode([caption]);
        Assert.Equal(1, scope.DisposablesCount);
        var noise = model.UNet.Forward(latents, timesteps, context);
        Assert.Equal(2, scope.DisposablesCount);
        var moments = model.Vae.Encode(image);
        Assert.Equal(4, scope.DisposablesCount);
        model.Vae.Decode(moments.Mean);
        Assert.Equal(5, scope.DisposablesCount);
        var loss = noise.sum();
        var before = scope.DisposablesCount;
        Checkpoint.Backward(loss);
        Assert.Equal(before, scope.DisposablesCount);
    }
}
