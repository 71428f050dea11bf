using FsCheck.Xunit;
using static LoraBuild.Torch.Tests.Numbers;

namespace LoraBuild.Torch.Tests;

public sealed class DataTests
{
    [Fact]
    public void Elements_have_the_type_they_were_made_with()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(ScalarType.Float32, tensor(1f).dtype);
        Assert.Equal(ScalarType.Float64, tensor(1.0).dtype);
        Assert.Equal(ScalarType.Int64, tensor(new[] { 1L }).dtype);
        Assert.Equal(ScalarType.Bool, tensor(new[] { true }).dtype);
        Assert.Equal(ScalarType.Byte, tensor(new byte[] { 1 }).dtype);
        Assert.Equal(ScalarType.Float16, tensor(new[] { (Half)1 }).dtype);
        Assert.Equal(ScalarType.Int64, arange(3).dtype);
        Assert.Equal(ScalarType.Float32, arange(3.0f).dtype);
        Assert.Equal(ScalarType.Float32, zeros(2).dtype);
        Assert.Equal(ScalarType.Float16, ones(2, dtype: ScalarType.Float16).dtype);
        Assert.Equal(ScalarType.Float64, full([2, 3], 1, dtype: ScalarType.Float64).dtype);
        Assert.Equal(DeviceType.CPU, zeros(2).device_type);
        Assert.Equal("cpu", zeros(2).device.ToString());
    }

    [Fact]
    public void Creation_fills_what_it_promises()
    {
        using var scope = NewDisposeScope();
        Near([0, 0], zeros([2]));
        Near([3, 3], full([2], 3));
        Assert.Equal(ScalarType.Int64, full([2], 3).dtype);
        Assert.Equal(ScalarType.Float32, full([2], 3.0).dtype);
        Near([1, 1, 1, 1], ones_like(empty([2, 2])));
        Near([2, 4, 6], arange(2, 8, 2));
        Near([0, 0.5f, 1], linspace(0, 1, 3));
        Assert.Equal([1L, 2L], tensor(new[] { 1, 2 }, dtype: ScalarType.Int64).data<long>().ToArray());
        Assert.Equal([3L, 1L], tensor(new[] { 1f, 2f, 3f }, [3, 1]).shape);
    }

    [Fact]
    public void Halves_and_bfloat16_survive_a_round_trip()
    {
        using var scope = NewDisposeScope();
        float[] values = [0, 1, -1.5f, 65504, 6.1035156e-05f];
        Near(values, tensor(values).to(ScalarType.Float16).to(ScalarType.Float32), 0);
        Assert.Equal(values.Select(value => (Half)value), tensor(values).to(ScalarType.Float16).data<Half>().ToArray());
        Near([0, 1, -1.5f, 65536, 6.1035156e-05f], tensor(values).to(ScalarType.BFloat16), 0);
    }

    [Fact]
    public void Casts_truncate_and_keep_the_shape()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { 1.9f, -1.9f }, [2, 1]);
        Assert.Equal([1L, -1L], x.to(ScalarType.Int64).data<long>().ToArray());
        Assert.Equal([2L, 1L], x.to(ScalarType.Int32).shape);
        Assert.Equal([true, true], x.to(ScalarType.Bool).data<bool>().ToArray());
        Assert.Equal(ScalarType.Float64, x.to(ScalarType.Float64, CPU).dtype);
    }

    [Fact]
    public void Elements_are_read_in_row_major_order_whatever_the_strides()
    {
        using var scope = NewDisposeScope();
        var x = arange(6, dtype: ScalarType.Float32).view(2, 3).t();
        var data = x.data<float>();
        Assert.Equal(6, data.Count);
        Assert.Equal([0f, 3f, 1f, 4f, 2f, 5f], data.ToArray());
        Assert.Equal([0f, 3f, 1f, 4f, 2f, 5f], data);
        Assert.Equal(4f, data[1, 1]);
        var target = new float[3];
        data.CopyTo(target.AsSpan(), 1, 4);
        Assert.Equal([0f, 2f, 5f], target);
    }

    [Fact]
    public void Bytes_are_the_tensors_own_memory()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { 1f, 2f });
        Assert.Equal([0, 0, 128, 63, 0, 0, 0, 64], x.bytes.ToArray());
        x.bytes[7] = 192;
        Near([1, -2], x);
        Assert.Throws<InvalidOperationException>(() => ones(2, 2).select(1, 0).bytes.Length);
    }

    [Property]
    public void Numbers_come_back_as_they_went_in(float[] values)
    {
        using var scope = NewDisposeScope();
        Assert.Equal(values, tensor(values).data<float>().ToArray());
        Assert.Equal(values, tensor(values).to(ScalarType.Float64).to(ScalarType.Float32).data<float>().ToArray());
    }
}
