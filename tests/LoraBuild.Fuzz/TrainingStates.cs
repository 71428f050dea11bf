using System.Buffers.Binary;
using LoraBuild.Diffusion.Layers;
using LoraBuild.Diffusion.Safetensors;
using LoraBuild.Settings;
using LoraBuild.Training.Optimizers;
using LoraBuild.Training.Parameters;
using LoraBuild.Training.Saving;
using LoraBuild.Training.Schedules;

namespace LoraBuild.Fuzz;

/// <summary>The state of a small training, without the sum that would end the reading of a damaged one.</summary>
internal static class TrainingStates
{
    private const string Key = "a key", Sum = "sha256";
    private const int LengthSize = 8;

    /// <summary>A state as a training saves it.</summary>
    public static byte[] Saved()
    {
        using var scope = torch.NewDisposeScope();
        using var folder = new TemporaryFolder();
        var (whole, part) = (folder.File("whole"), folder.File("part"));
        With(state => state.Save(whole, Key, [0.5, 0.25]));
        using (var file = SafetensorsFile.Open(whole))
        {
            SafetensorsWriter.Write(
                part,
                file.Shapes.Keys.Select(name => KeyValuePair.Create(name, file.Load(name))),
                file.Metadata.Where(entry => entry.Key != Sum));
        }

        return File.ReadAllBytes(part);
    }

    /// <summary>Goes on from a state in both ways: as what an interrupted training left, and as another training's.</summary>
    public static void Read(string path)
    {
        using var scope = torch.NewDisposeScope();
        With(state =>
        {
            _ = state.TryRestore(path, Key, steps => steps >= 0);
            _ = state.Resume(path, totalSteps: 9);
        });
    }

    /// <summary>Says the right length of the header, as far as it reaches to the tensors.</summary>
    public static byte[] RepairLength(byte[] file)
    {
        var end = file.AsSpan().LastIndexOf("}"u8);
        if (end >= LengthSize)
            BinaryPrimitives.WriteInt64LittleEndian(file, end + 1 - LengthSize);
        return file;
    }

    private static void With(Action<TrainingState> act)
    {
        using var parameters = new ParameterBuffer([new("weight", new ParameterGroup(1, "unet", PartKind.Denoiser), [3])], torch.CPU);
        using var optimizer = OptimizerFactory.Create(new TrainingSettings { OptimizerType = OptimizerType.Lion }, parameters);
        act(new(parameters, OptimizerType.Lion, optimizer, scale: null, new(), new LearningRates(new(2, 0, 1), new(), [], new())));
    }
}
