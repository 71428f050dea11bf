using static LoraBuild.Torch.Tests.Numbers;

namespace LoraBuild.Torch.Tests;

public sealed class FunctionalTests
{
    [Fact]
    public void Matrix_products()
    {
        using var scope = NewDisposeScope();
        var a = tensor(new[] { 1f, 2f, 3f, 4f }, [2, 2]);
        var b = tensor(new[] { 5f, 6f, 7f, 8f }, [2, 2]);
        Near([19, 22, 43, 50], a.mm(b));
        Near([19, 22, 43, 50], a.matmul(b));
        Near([19, 22, 43, 50], einsum("ij,jk->ik", a, b));
        Near([70], einsum("ij,ij->", a, b));
        Near([20, 23, 44, 51], ones(2, 2).addmm_(a, b));
        Near([5, 11], a.mv(tensor(new[] { 1f, 2f })));
        Near([0, 5, 0, 10], tensor(new[] { 1f, 2f }).kron(tensor(new[] { 0f, 5f })));
    }

    [Fact]
    public void Linear_and_convolution()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { 1f, 2f }, [1, 2]);
        var w = tensor(new[] { 1f, 0f, 0f, 1f, 1f, 1f }, [3, 2]);
        Near([1, 2, 3], nn.functional.linear(x, w));
        Near([11, 12, 13], nn.functional.linear(x, w, full([3], 10f)));

        var image = arange(9, dtype: ScalarType.Float32).view(1, 1, 3, 3);
        var kernel = tensor(new[] { 1f, 0f, 0f, -1f }, [1, 1, 2, 2]);
        Near([-4, -4, -4, -4], nn.functional.conv2d(image, kernel));
        Near([0, -2, -6, -4], nn.functional.conv2d(image, kernel, strides: [2, 2], padding: [1, 1]));
        Near([-3, -3, -3, -3], nn.functional.conv2d(image, kernel, ones(1)));
    }

    [Fact]
    public void Normalisations()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { 1f, 3f, 2f, 6f }, [1, 2, 2]);
        Near([-1, 1, -1, 1], nn.functional.layer_norm(x, [2]), 1e-4);
        Near([-1, 1, -1, 1], nn.functional.group_norm(x, 2), 1e-4);
        var expected = new[] { -2f, 0f, -1f, 3f }.Select(v => v / MathF.Sqrt(3.5f)).ToArray();
        Near(expected, nn.functional.group_norm(x, 1), 1e-4);
        Near([3, 7, 3, 7], nn.functional.layer_norm(x, [2], full([2], 2f), full([2], 5f)), 1e-4);
    }

    [Fact]
    public void Activations()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { -1f, 0f, 2f });
        Near([-0.2689414f, 0, 1.7615942f], nn.functional.silu(x));
        Near([-0.1586553f, 0, 1.9544997f], nn.functional.gelu(x));
        Near([0, 0, 2], nn.functional.relu(x));
        Near([0.0420101f, 0.1141952f, 0.8437947f], x.softmax(-1));
    }

    [Fact]
    public void Pictures_are_resized_and_padded()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { 1f, 2f, 3f, 4f }, [1, 1, 2, 2]);
        float[] doubled = [1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4];
        Near(doubled, nn.functional.interpolate(x, [4, 4]));
        Near([2.5f], nn.functional.interpolate(x, [1, 1], mode: InterpolationMode.Bilinear));
        Near([0, 0, 0, 1, 2, 0, 3, 4, 0], nn.functional.pad(x, [0L, 1L, 1L, 0L]));
        Near([2.5f], nn.functional.avg_pool2d(x, 2));
    }

    [Fact]
    public void Dropout_scales_what_it_keeps_and_rests_outside_training()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var x = ones(1000);
        var dropped = nn.functional.dropout(x, 0.25);
        Assert.All(dropped.Floats(), value => Assert.True(value == 0 || Math.Abs(value - 4f / 3) < 1e-6));
        Assert.InRange(dropped.eq(0).sum().item<long>(), 190, 310);
        Assert.Equal(0, Distance(x, nn.functional.dropout(x, 0.25, training: false)));
    }
}
