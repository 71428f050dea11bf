using LoraBuild.Base.Diagnostics;
using LoraBuild.Diffusion.Safetensors;
using LoraBuild.Settings;
using LoraBuild.Training.Optimizers;
using LoraBuild.Training.Parameters;
using LoraBuild.Training.Saving;
using LoraBuild.Training.Schedules;

namespace LoraBuild.Training.Tests;

/// <summary>A state is put back as it was saved, or not at all.</summary>
public sealed class TrainingStateTests : IDisposable
{
    private const string Key = "a key";
    private static readonly double[] Losses = [0.5, 0.25];

    private readonly TemporaryFolder folder = new();
    private readonly DisposeScope scope = NewDisposeScope();
    private readonly ParameterBuffer parameters = new([new("weight", TestGroups.Denoiser, [3])], CPU);
    private readonly IOptimizer optimizer;
    private readonly TrainingState state;
    private readonly byte[] whole;

    public TrainingStateTests()
    {
        optimizer = OptimizerFactory.Create(new TrainingSettings { OptimizerType = OptimizerType.Lion }, parameters);
        state = new(parameters, OptimizerType.Lion, optimizer, scale: null, new(), new LearningRates(new(2, 0, 1), new(), [], new()));
        SetWeights(1.5f);
        state.Save(Path, Key, Losses);
        whole = File.ReadAllBytes(Path);
        SetWeights(0);
    }

    private string Path => folder.File("state");

    public void Dispose()
    {
        optimizer.Dispose();
        parameters.Dispose();
        scope.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void A_whole_state_is_put_back()
    {
        Assert.Equal(Losses, state.TryRestore(Path, Key, _ => true));
        Assert.Equal(1.5f, parameters["weight"].data<float>()[0]);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void A_state_that_is_cut_off_anywhere_is_damaged_and_changes_nothing()
    {
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(Path, whole[..length]);
            Assert.Equal(DiagnosticCode.SafetensorsDamaged, Assert.Throws<LoraBuildException>(() => state.TryRestore(
                Path, Key, _ => true)).Diagnostic.Code);
        }

        Assert.Equal(0, parameters["weight"].data<float>()[0]);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void A_flipped_bit_in_any_byte_is_never_trained_on()
    {
        for (var place = 0; place < whole.Length; place++)
        {
            var damaged = whole.ToArray();
            damaged[place] ^= (byte)(1 << (place % 8));
            File.WriteAllBytes(Path, damaged);
            SetWeights(0);
            IReadOnlyList<double>? restored = null;
            try
            {
                restored = state.TryRestore(Path, Key, _ => true);
            }
            catch (LoraBuildException e)
            {
                Assert.Equal(DiagnosticCode.SafetensorsDamaged, e.Diagnostic.Code);
            }

            // In the key or in what names the checksum a bit may flip without harm.
            if (restored is not null)
                Assert.Equal(Losses, restored);
            Assert.Equal(restored is null ? 0 : 1.5f, parameters["weight"].data<float>()[0]);
        }
    }

    [Theory]
    [InlineData("weights")]
    [InlineData("losses")]
    [InlineData("loss_scale")]
    [InlineData("optimizer.momentum")]
    public void A_state_without_a_tensor_or_with_one_of_another_form_is_damaged_and_changes_nothing(string name)
    {
        using var file = SafetensorsFile.Open(Path);
        var tensors = file.Shapes.Keys.ToDictionary(key => key, key => file.Load(key));
        Assert.Contains(name, tensors.Keys);
        var metadata = file.Metadata.Where(entry => entry.Key != "sha256").ToList();
        var sound = tensors[name];
        foreach (var other in new[]
        {
            null, sound.unsqueeze(0), sound.to(ScalarType.Int64), cat([sound, sound, sound]).unsqueeze(1), zeros([], dtype: sound.dtype),
        })
        {
            tensors.Remove(name);
            if (other is not null)
                tensors[name] = other;
            SafetensorsWriter.Write(folder.File("other"), tensors, metadata);

            Assert.Equal(DiagnosticCode.SafetensorsDamaged, Assert.Throws<LoraBuildException>(() => state.TryRestore(
                folder.File("other"), Key, _ => true)).Diagnostic.Code);
            Assert.StartsWith("LB", Assert.Throws<LoraBuildException>(() => state.Resume(folder.File("other"), 9)).Diagnostic.Code);
            Assert.Equal(0, parameters["weight"].data<float>()[0]);
        }
    }

    private void SetWeights(float value)
    {
        using var ungraded = no_grad();
        parameters["weight"].fill_(value);
    }
}
