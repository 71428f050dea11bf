namespace LoraBuild.Torch.Tests;

public sealed class ArithmeticTests
{
    [Fact]
    public void Operators_combine_tensors_and_numbers()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { 1f, 2f, 4f });
        Assert.Equal([3f, 5f, 9f], (x * 2 + 1).data<float>().ToArray());
        Assert.Equal([0f, -1f, -3f], (1 - x).data<float>().ToArray());
        Assert.Equal([1f, 0.5f, 0.25f], (1 / x).data<float>().ToArray());
        Assert.Equal([1f, 4f, 16f], (x * x).data<float>().ToArray());
        Assert.Equal([0.5f, 1f, 2f], (x / 2.0).data<float>().ToArray());
        Assert.Equal([-1f, -2f, -4f], (-x).data<float>().ToArray());
    }
}
