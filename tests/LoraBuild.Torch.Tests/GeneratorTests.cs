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
        Assert.Equal(42, initial_seed());
        // PyTorch's own numbers for this seed.
        Near([0.3367f, 0.1288f, 0.2345f, 0.2303f], first[TensorIndex.Slice(0, 4)], 1e-4);
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
        Assert.Equal(7, one.initial_seed());
        one.manual_seed(7);
        Assert.Equal(first.Floats(), randn(4, generator: one).Floats());
    }

    [Fact]
    public void A_state_can_be_gone_back_to()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(9);
        _ = rand(5, generator: generator);
        var state = generator.get_state();
        var next = rand(5, generator: generator).Floats();
        generator.set_state(state);
        Assert.Equal(next, rand(5, generator: generator).Floats());

        var before = get_rng_state();
        var numbers = rand(3).Floats();
        set_rng_state(before);
        Assert.Equal(numbers, rand(3).Floats());
    }

    [Fact]
    public void Numbers_keep_to_their_ranges()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        Assert.All(rand(1000, generator: generator).Floats(), value => Assert.InRange(value, 0f, 0.9999999f));
        Assert.All(randint(3, 6, new long[] { 1000 }, generator: generator).data<long>(), value => Assert.InRange(value, 3L, 5L));
        Assert.All(zeros(1000).uniform_(-2, -1, generator).Floats(), value => Assert.InRange(value, -2f, -1f));
        Assert.InRange(zeros(10000).normal_(5, 2, generator).mean().item<float>(), 4.9f, 5.1f);
        Assert.Equal(Enumerable.Range(0, 50).Select(i => (long)i), randperm(50, generator: generator).data<long>().Order());
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
