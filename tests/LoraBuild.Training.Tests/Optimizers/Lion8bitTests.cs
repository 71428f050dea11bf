using LoraBuild.Training.Optimizers;
using LoraBuild.Training.Parameters;

namespace LoraBuild.Training.Tests.Optimizers;

public class Lion8bitTests
{
    private const double LearningRate = 1.5e-4;

    [Fact]
    public void The_256_steps_are_those_of_bitsandbytes()
    {
        using var scope = NewDisposeScope();
        using var file = TestData.Open("lion8bit.safetensors");

        Assert.Equal(file.Load("map.signed").data<float>().ToArray(), DynamicMap.Signed());
        Assert.Equal(0, DynamicMap.Signed()[127]);
    }

    [Theory]
    [InlineData("big")]
    [InlineData("small")]
    [InlineData("zerostart")]
    public void Twenty_steps_give_bitsandbytes_weights_and_states(string name)
    {
        using var scope = NewDisposeScope();
        using var file = TestData.Open("lion8bit.safetensors");
        var start = file.Load($"{name}.p0");
        // A neighbour of the other kind shows that weights keep apart in the flat buffers.
        using var parameters = new ParameterBuffer(
            [
                new("neighbour", TestGroups.TextEncoder, start.numel() < ParameterBuffer.MinBlockedCount ? [70, 70] : [7, 7]),
                new(name, TestGroups.Denoiser, start.shape),
            ],
            CPU);
        using (no_grad())
            parameters[name].copy_(start);
        using var optimizer = new Lion8bit(parameters, new(0.9, 0.99, 0.1));

        int differing = 0, all = 0;
        for (var step = 1; step <= 20; step++)
        {
            parameters[name].grad!.copy_(file.Load($"{name}.grad.{step:00}"));
            optimizer.Step(group => group == TestGroups.Denoiser ? LearningRate : 0);

            if (!file.Tensors.ContainsKey($"{name}.p.{step:00}"))
                continue;
            Assert.True(TestData.RelativeError(file.Load($"{name}.p.{step:00}"), parameters[name]) < 1e-6);
            var expected = file.Load($"{name}.state1.{step:00}").flatten();
            if (name == "small")
            {
                Assert.True(TestData.RelativeError(expected, optimizer.State["momentum"].narrow(0, 0, expected.numel())) < 1e-6);
                continue;
            }

            var codes = optimizer.State["codes"].narrow(0, 0, expected.numel());
            var distance = (codes.to_type(ScalarType.Int32) - expected.to_type(ScalarType.Int32)).abs();
            Assert.True(distance.max().item<int>() <= 1);
            differing += (int)distance.sum().item<long>();
            all += (int)expected.numel();
            Assert.True((file.Load($"{name}.absmax1.{step:00}") - optimizer.State["scales"]).abs().max().item<float>() < 1e-9);
        }

        Assert.Equal(name == "small", all == 0);
        Assert.True(differing <= all / 1000, $"{differing} of {all} codes differ");
        Assert.Equal(0, parameters["neighbour"].abs().max().item<float>());
    }
}
