using static LoraBuild.Torch.Tests.Numbers;

namespace LoraBuild.Torch.Tests;

public sealed class GeneratorTests
{
    [Fact]
    public void The_same_seed_gives_the_same_numbers()
    {
        using var scope = NewDisposeScope();
        manual_seed(42);
        var first = randn(8);
        manual_seed(42);
        Assert.Equal(first.Floats(), randn(8).Floats());
        // PyTorch's own numbers for this seed.
        Near([0.3367f, 0.1288f, 0.2345f, 0.2303f], first.narrow(0, 0, 4), 1e-4);
    }

    [Fact]
    public void A_generator_of_ones_own_is_independent_of_the_default_one()
    {
        using var scope = NewDisposeScope();
        using var one = new Generator(7);
        using var other = new Generator(7);
        var first = randn(4, generator: one);
        _ = randn(100);
        Assert.Equal(first.Floats(), randn(4, generator: other).Floats());
        Assert.NotEqual(first.Floats(), randn(4, generator: other).Floats());
    }

    [Fact]
    public void Numbers_keep_to_their_ranges()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        Assert.All(rand(1000, generator: generator).Floats(), value => Assert.InRange(value, 0f, 0.9999999f));
        Assert.InRange(zeros(10000).bernoulli_(0.25, generator).mean().item<float>(), 0.23f, 0.27f);
    }

#if !TORCHSHARP
    [Fact]
    public void Determinism_can_be_demanded()
    {
        Assert.False(are_deterministic_algorithms_enabled());
        using (use_deterministic_algorithms())
            Assert.True(are_deterministic_algorithms_enabled());
        Assert.False(are_deterministic_algorithms_enabled());
    }
#endif

    [Fact]
    public void The_number_of_threads_can_be_set()
    {
        var before = get_num_threads();
        set_num_threads(2);
        Assert.Equal(2, get_num_threads());
        set_num_threads(before);
    }
}
