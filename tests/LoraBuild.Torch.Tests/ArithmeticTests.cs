using static LoraBuild.Torch.Tests.Numbers;

namespace LoraBuild.Torch.Tests;

public sealed class ArithmeticTests
{
    [Fact]
    public void Operators_combine_tensors_and_numbers()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { 1f, 2f, 4f });
        Near([3, 5, 9], x * 2 + 1);
        Near([-1, 0, 2], x - 2L);
        Near([1, 4, 16], x * x);
        Near([0.5f, 1, 2], x / 2.0);
        Near([-1, -2, -4], -x);
        Near([0, 0, 0], x - x);
        Near([1, 1, 1], x / x);
        Near([1.5f, 2.5f, 4.5f], x + 0.5f);
    }

    [Fact]
    public void Integers_stay_integers_until_they_meet_a_float()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new long[] { 7, -7 });
        Assert.Equal(ScalarType.Int64, (x * 2).dtype);
        Assert.Equal(ScalarType.Float32, (x * 0.5).dtype);
        Assert.Equal(ScalarType.Float32, (x / 2).dtype);
        Assert.Equal([3L, -4L], x.div(2, RoundingMode.floor).data<long>().ToArray());
        Assert.Equal([3L, -3L], x.div(2, RoundingMode.trunc).data<long>().ToArray());
    }

    [Fact]
    public void In_place_functions_change_their_tensor_and_return_it()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { 1f, -2f });
        var y = tensor(new[] { 10f, 20f });
        Assert.Same(x, x.add_(y));
        Near([11, 18], x);
        Near([21, 38], x.add_(y, 1));
        Near([26, 48], x.add_(y, 0.5));
        Near([16, 28], x.sub_(y));
        Near([8, 14], x.mul_(0.5));
        Near([4, 7], x.div_(2));
        Near([14, 27], x.addcmul_(y, ones(2), 1));
        Near([20, 27], x.clamp_min_(20));
        Near([1, 1], x.sign_());
        Near([7, 7], x.fill_(7));
        Near([10, 20], x.copy_(y));
        x.zero_();
        Near([0, 0], x);
    }

    [Fact]
    public void Functions_of_one_number()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { 0.25f, 1f, 2.5f });
        Near([.. x.Floats().Select(v => MathF.Exp(v))], x.exp(), 1e-5);
        Near([.. x.Floats().Select(v => MathF.Log(v))], x.log());
        Near([.. x.Floats().Select(v => MathF.Sqrt(v))], x.sqrt());
        Near([2, 1, 0.6324555f], x.rsqrt());
        Near([.. x.Floats().Select(v => MathF.Sin(v))], x.sin());
        Near([.. x.Floats().Select(v => MathF.Cos(v))], x.cos());
        Near([0.5621765f, 0.7310586f, 0.9241418f], x.sigmoid());
        Near([0.2763264f, 0.8427008f, 0.999593f], x.erf());
        Near([0, 1, 2], x.round());
        Near([0.0625f, 1, 6.25f], x.square());
        Near([4, 1, 0.4f], x.reciprocal());
        Near([0.25f, 1, 2], x.clamp(max: 2));
        Near([1, 1, 2.5f], x.clamp_min(1));
    }

    [Fact]
    public void Comparisons_give_one_truth_value_an_element()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { 1f, 2f, 3f });
        var y = tensor(new[] { 3f, 2f, 1f });
        Assert.Equal([false, true, false], x.eq(y).data<bool>().ToArray());
        Assert.Equal([true, false, false], x.eq(1).data<bool>().ToArray());
        Assert.Equal([false, false, true], x.gt(2).data<bool>().ToArray());
        Assert.Equal([true, true, false], x.gt(2).logical_not().data<bool>().ToArray());
        Assert.Equal([false, true, true], x.eq(y).logical_or(x.gt(2)).data<bool>().ToArray());
    }

    [Fact]
    public void What_is_not_finite_is_found()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { 1f, float.NaN, float.PositiveInfinity });
        Assert.Equal([true, false, false], x.isfinite().data<bool>().ToArray());
    }
}
