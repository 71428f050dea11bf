using System.Runtime.InteropServices;

namespace LoraBuild.Torch.Tests;

public sealed class ErrorTests
{
    [Fact]
    public void Shapes_that_do_not_fit_are_libtorchs_error()
    {
        using var scope = NewDisposeScope();
        var failure = Assert.Throws<ExternalException>(() => ones(2, 3).mm(ones(2, 3)));
        Assert.Contains("mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)", failure.Message, StringComparison.Ordinal);
        Assert.Throws<ExternalException>(() => ones(2, 3).view(7));
        Assert.Throws<ExternalException>(() => ones(2) + ones(3));
        Assert.Throws<ExternalException>(() => cat([ones(2), ones(2, 2)]));
        Assert.Throws<ExternalException>(() => ones(2)[5]);
    }

    [Fact]
    public void Gradients_that_cannot_be_had_are_errors()
    {
        using var scope = NewDisposeScope();
        Assert.Throws<ExternalException>(() => ones(1).backward());
        var x = ones(2).requires_grad_();
        Assert.Throws<ExternalException>(() => (x * 2).backward());
        var loss = (x * x).sum();
        loss.backward();
        Assert.Throws<ExternalException>(() => loss.backward());
        Assert.Throws<ExternalException>(() => x.add_(1));
    }

    [Fact]
    public void Values_of_another_type_are_refused()
    {
        using var scope = NewDisposeScope();
        Assert.Throws<ArgumentException>(() => ones(2).data<double>());
        Assert.Throws<ArgumentException>(() => ones(2).item<float>());
        Assert.ThrowsAny<Exception>(() => tensor(new[] { 1f, 2f, 3f }, [2, 2]));
    }

    [Fact]
    public void A_disposed_tensor_is_an_error_and_not_a_crash()
    {
        var x = ones(2);
        x.Dispose();
        Assert.Throws<InvalidOperationException>(() => x.add(1));
        Assert.Throws<InvalidOperationException>(() => x.numel());
    }

#if !TORCHSHARP
    [Fact]
    public void Messages_carry_no_native_stack()
    {
        using var scope = NewDisposeScope();
        var failure = Assert.Throws<ExternalException>(() => ones(2, 3).mm(ones(2, 3)));
        Assert.DoesNotContain("frame #", failure.Message, StringComparison.Ordinal);
        Assert.Throws<ExternalException>(() => ones(2).requires_grad_().grad = ones(3));
        Assert.Throws<ArgumentException>(() => new Device("gpu"));
    }
#endif
}
