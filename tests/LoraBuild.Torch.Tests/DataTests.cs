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
        Assert.Equal(ScalarType.Int32, tensor(1).dtype);
        Assert.Equal(ScalarType.Int64, tensor(1L).dtype);
        Assert.Equal(ScalarType.Bool, tensor(true).dtype);
        Assert.Equal(ScalarType.Byte, tensor(new byte[] { 1 }).dtype);
        Assert.Equal(ScalarType.Float16, tensor(new[] { (Half)1 }).dtype);
        Assert.Equal(ScalarType.Int64, arange(3).dtype);
        Assert.Equal(ScalarType.Float32, arange(3.0f).dtype);
        Assert.Equal(ScalarType.Float32, zeros(2).dtype);
        Assert.Equal(ScalarType.Float16, ones(2, dtype: ScalarType.Float16).dtype);
        Assert.Equal(ScalarType.Float64, full(2, 3, 1, dtype: ScalarType.Float64).dtype);
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
        Near([1, 1, 1, 1], ones_like(empty(2, 2)));
        Near([2, 4, 6], arange(2, 8, 2));
        Near([0, 0.5f, 1], linspace(0, 1, 3));
        Near([1, 0, 0, 1], eye(2));
        Near([1, 2, 3, 4], tensor(new[,] { { 1f, 2f }, { 3f, 4f } }));
        Assert.Equal([2L, 2L], tensor(new[,] { { 1f, 2f }, { 3f, 4f } }).shape);
        Assert.Equal([1L, 2L], tensor(new List<int> { 1, 2 }, dtype: ScalarType.Int64).data<long>().ToArray());
        Assert.Equal([3L, 1L], tensor(new[] { 1f, 2f, 3f }, [3, 1]).shape);
        Assert.Equal([0L, 1L, 2L, 3L], randperm(4).data<long>().ToArray().Order());
    }

    [Fact]
    public void Halves_and_brain_floats_survive_a_round_trip()
    {
        using var scope = NewDisposeScope();
        float[] values = [0, 1, -1.5f, 65504, 6.1035156e-05f];
        Near(values, tensor(values).half().to(ScalarType.Float32), 0);
        Assert.Equal(values.Select(value => (Half)value), tensor(values).half().data<Half>().ToArray());
        Near([0, 1, -1.5f, 65536, 6.1035156e-05f], tensor(values).bfloat16().@float(), 0);
        Assert.Equal(-1.5f, tensor(values).bfloat16().data<BFloat16>()[2].ToSingle());
        Near([1, 2], tensor(new[] { (BFloat16)1f, (BFloat16)2f }));
    }

    [Property]
    public void A_brain_float_is_rounded_as_libtorch_rounds_it(float value)
    {
        using var scope = NewDisposeScope();
        var rounded = tensor(value).bfloat16().@float().item<float>();
        Assert.Equal(rounded, new BFloat16(value).ToSingle());
    }

    [Fact]
    public void Casts_truncate_and_keep_the_shape()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { 1.9f, -1.9f }, 2, 1);
        Assert.Equal([1L, -1L], x.@long().data<long>().ToArray());
        Assert.Equal([2L, 1L], x.@int().shape);
        Assert.Equal([true, true], x.@bool().data<bool>().ToArray());
        Assert.Equal(ScalarType.Float64, x.type_as(tensor(1.0)).dtype);
        Assert.Equal(ScalarType.Float64, x.to(ScalarType.Float64, CPU).dtype);
    }

    [Fact]
    public void Elements_are_read_and_written_in_row_major_order_whatever_the_strides()
    {
        using var scope = NewDisposeScope();
        var x = arange(6, dtype: ScalarType.Float32).view(2, 3).t();
        var data = x.data<float>();
        Assert.Equal(6, data.Count);
        Assert.Equal([0f, 3f, 1f, 4f, 2f, 5f], data.ToArray());
        Assert.Equal([0f, 3f, 1f, 4f, 2f, 5f], data);
        Assert.Equal(4f, data[1, 1]);
        data[2, 0] = 7;
        data.CopyFrom([10f, 11f], 0, 0);
        Near([10, 11, 1, 4, 7, 5], x);
        var target = new float[3];
        data.CopyTo(target, 1, 4);
        Assert.Equal([0f, 7f, 5f], target);
    }

    [Fact]
    public void Bytes_are_the_tensors_own_memory()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { 1f, 2f });
        Assert.Equal([0, 0, 128, 63, 0, 0, 0, 64], x.bytes.ToArray());
        x.bytes[7] = 192;
        Near([1, -2], x);
        x.bytes = new byte[8];
        Near([0, 0], x);
        Assert.Throws<ArgumentException>(() => x.bytes = new byte[3]);
        Assert.Throws<InvalidOperationException>(() => eye(2)[TensorIndex.Colon, 0].bytes.Length);

        var stream = new MemoryStream();
        arange(1000).WriteBytesToStream(stream);
        Assert.Equal(8000, stream.Length);
        stream.Position = 0;
        var read = empty(1000, ScalarType.Int64);
        read.ReadBytesFromStream(stream);
        Assert.Equal(999L, read[999].item<long>());
    }

    [Fact]
    public void A_tensor_can_lie_over_an_array()
    {
        using var scope = NewDisposeScope();
        var array = new float[4];
        var x = frombuffer(array, ScalarType.Float32, count: 2, offset: 1);
        x.fill_(5);
        Assert.Equal([0f, 5f, 5f, 0f], array);
        Near([5, 5], frombuffer(array, ScalarType.Float32, 2, 1));
        var copy = frombuffer(array, ScalarType.Float64);
        Assert.Equal(ScalarType.Float64, copy.dtype);
    }

    [Property]
    public void Numbers_come_back_as_they_went_in(float[] values)
    {
        using var scope = NewDisposeScope();
        Assert.Equal(values, tensor(values).data<float>().ToArray());
        Assert.Equal(values, tensor(values).to(ScalarType.Float64).to(ScalarType.Float32).data<float>().ToArray());
    }
}
