using System.Security.Cryptography;
using System.Text;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Diffusion.Safetensors;
using LoraBuild.Settings;
using LoraBuild.Training.Optimizers;
using LoraBuild.Training.Parameters;
using LoraBuild.Training.Schedules;
using LoraBuild.Training.Steps;

namespace LoraBuild.Training.Saving;

/// <summary>
/// The state of a training between two steps: weights, their average, optimizer state, the losses, learning rates and skipped steps so
/// far, and the key of the training that it belongs to. A training that goes on from it ends with the same bits as one that was not
/// interrupted.
/// </summary>
internal sealed class TrainingState(
    ParameterBuffer parameters,
    OptimizerType optimizerType,
    IOptimizer optimizer,
    LossScale? scale,
    SkippedSteps skipped,
    LearningRates rates,
    WeightAverage? average = null)
{
    private const string KeyEntry = "training_key", LayoutEntry = "layout", OptimizerEntry = "optimizer_type", ChecksumEntry = "sha256";
    private const string AverageName = "average";
    private const string ValuesName = "weights", LossesName = "losses", ScaleName = "loss_scale", SkippedName = "skipped_steps";
    private const string OptimizerPrefix = "optimizer.", RatesPrefix = "learning_rates.";

    /// <summary>Saves the state, whole or not at all.</summary>
    /// <exception cref="LoraBuildException">LB6001: the file cannot be written.</exception>
    public void Save(string path, string key, IReadOnlyList<double> losses)
    {
        using var ungraded = no_grad();
        using var scope = NewDisposeScope();
        var tensors = new List<KeyValuePair<string, Tensor>>
        {
            new(ValuesName, parameters.Values),
            new(LossesName, tensor([.. losses], dtype: ScalarType.Float64)),
            new(ScaleName, tensor([scale?.Factor ?? 0, scale?.StepsSinceChange ?? 0], dtype: ScalarType.Float64)),
        };
        if (average is not null)
            tensors.Add(new(AverageName, average.Values));
        if (skipped.All.Count > 0)
            tensors.Add(new(SkippedName, tensor([.. skipped.All.Select(step => (double)step)], dtype: ScalarType.Float64)));
        tensors.AddRange(rates.Groups.Select(group =>
            KeyValuePair.Create(RatesPrefix + group.Name, tensor(rates.UpTo(losses.Count, group), dtype: ScalarType.Float64))));
        tensors.AddRange(optimizer.State.Select(entry => KeyValuePair.Create(OptimizerPrefix + entry.Key, entry.Value)));
        SafetensorsWriter.Write(
            path,
            tensors,
            [
                new(KeyEntry, key),
                new(OptimizerEntry, optimizerType.ToString()),
                new(LayoutEntry, string.Join('\n', parameters.Layout)),
                new(ChecksumEntry, Checksum(tensors.Select(tensor => (tensor.Key, tensor.Value)))),
            ]);
    }

    /// <summary>Puts back what an interrupted training saved.</summary>
    /// <param name="path">The state's file, which may be missing.</param>
    /// <param name="key">The key of this training.</param>
    /// <param name="isUsable">True if all else is there to go on after so many steps.</param>
    /// <returns>The losses of the steps that are done; null, and nothing changed, where there is no state of this training.</returns>
    /// <exception cref="LoraBuildException">LB4002, LB6004: the state is damaged; nothing changed.</exception>
    public IReadOnlyList<double>? TryRestore(string path, string key, Func<int, bool> isUsable)
    {
        if (!File.Exists(path))
            return null;
        using var file = Open(path);
        if (file.Metadata.GetValueOrDefault(KeyEntry) != key)
            return null;
        EnsureWhole(file);
        return isUsable((int)file.Shapes[LossesName][0]) ? Restore(file) : null;
    }

    /// <summary>
    /// Puts back what a training saved that may have had other settings: only weights and optimizer must be of the same form.
    /// </summary>
    /// <param name="path">The state's file.</param>
    /// <param name="totalSteps">The steps of this training, more than the state has behind it.</param>
    /// <returns>The losses of the steps that are done.</returns>
    /// <exception cref="LoraBuildException">LB4001, LB4002, LB6004: the file. LB5006: it does not fit, and what differs.</exception>
    public IReadOnlyList<double> Resume(string path, int totalSteps)
    {
        using var file = Open(path);
        if (!file.Metadata.TryGetValue(LayoutEntry, out var layout))
            throw Mismatch("This is no training state. LoraResume takes a file that LoraSaveState wrote.");
        if (file.Metadata.GetValueOrDefault(OptimizerEntry) is var type && type != optimizerType.ToString())
            throw Mismatch($"The state is of the optimizer {type}, but LoraOptimizerType is {optimizerType}. Set the same.");
        if (file.Shapes.ContainsKey(ValuesName) && file.TypeOf(ValuesName) is var numbers && numbers != parameters.Values.dtype)
        {
            throw Mismatch(
                $"The state's adapters are in {numbers}, those of this training in {parameters.Values.dtype}. Set the same LoraFullBf16 "
                + "and LoraFullFp16.");
        }

        var (saved, here) = (layout.Split('\n'), parameters.Layout.ToList());
        for (var i = 0; i < Math.Max(saved.Length, here.Count); i++)
        {
            var (there, mine) = (saved.ElementAtOrDefault(i) ?? "nothing", here.ElementAtOrDefault(i) ?? "nothing");
            if (there != mine)
                throw Mismatch(
                    $"The state's adapters are others: it has {there} where this training has {mine}. Set the same algorithm, layers and "
                    + "dims.");
        }

        foreach (var (name, live) in optimizer.State)
        {
            if (!file.Shapes.TryGetValue(OptimizerPrefix + name, out var shape) || !shape.SequenceEqual(live.shape))
                throw Mismatch($"The state's optimizer has no {name} of [{string.Join(',', live.shape)}]. Set the same LoraOptimizerArgs.");
        }

        EnsureWhole(file);
        var done = Restore(file);
        return done.Length < totalSteps ? done : throw Mismatch(
            $"The state has {done.Length} steps behind it and the training {totalSteps} in all. Raise LoraMaxTrainSteps or "
            + "LoraMaxTrainEpochs.");

        LoraBuildException Mismatch(string message) => new(DiagnosticCode.StateMismatch, message, path);
    }

    // A bit that flipped would otherwise be trained on, and end in another LoRA.
    private static SafetensorsFile Open(string path)
    {
        var file = SafetensorsFile.Open(path);
        if (!file.Metadata.TryGetValue(ChecksumEntry, out var promised)
            || promised == Checksum(file.Tensors.Keys.Select(name => (name, file.Load(name)))))
            return file;
        file.Dispose();
        throw new LoraBuildException(
            DiagnosticCode.SafetensorsDamaged, "The training state does not have the SHA-256 that it was saved with.", path);
    }

    private static string Checksum(IEnumerable<(string Name, Tensor Values)> tensors)
    {
        using var scope = NewDisposeScope();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, values) in tensors.OrderBy(tensor => tensor.Name, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{name} {values.dtype} [{string.Join(',', values.shape)}]\n"));
            hash.AppendData(values.detach().cpu().contiguous().bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    // Before anything changes: each tensor is there, in the form that it is saved in.
    private void EnsureWhole(SafetensorsFile file)
    {
        const ScalarType Number = ScalarType.Float64;
        Require(ValuesName, parameters.Values.dtype, parameters.Values.shape);
        if (average is not null && file.Shapes.ContainsKey(AverageName))
            Require(AverageName, average.Values.dtype, average.Values.shape);
        foreach (var (name, live) in optimizer.State)
            Require(OptimizerPrefix + name, live.dtype, live.shape);
        Require(ScaleName, Number, 2);
        Require(LossesName, Number, null);
        if (file.Shapes.ContainsKey(SkippedName))
            Require(SkippedName, Number, null);
        foreach (var name in file.Shapes.Keys.Where(name => name.StartsWith(RatesPrefix, StringComparison.Ordinal)))
            Require(name, Number, file.Shapes[LossesName][0]);

        // Null: a list of any length.
        void Require(string name, ScalarType type, params long[]? shape)
        {
            if (file.Shapes.TryGetValue(name, out var stored) && file.TypeOf(name) == type
                && (shape is null ? stored.Count == 1 : stored.SequenceEqual(shape)))
                return;
            throw new LoraBuildException(
                DiagnosticCode.SafetensorsDamaged, $"The training state has no '{name}', or one of another form than is saved.", file.Path);
        }
    }

    private double[] Restore(SafetensorsFile file)
    {
        using var ungraded = no_grad();
        using var scope = NewDisposeScope();
        parameters.Values.copy_(file.Load(ValuesName));
        // A state of a training without an average: it begins there.
        if (average is not null && file.Shapes.ContainsKey(AverageName))
            average.Values.copy_(file.Load(AverageName));
        else
            average?.Begin();
        foreach (var (name, live) in optimizer.State)
            live.copy_(file.Load(OptimizerPrefix + name));
        // A training in 32 bits saved no scale to go on with.
        if (file.Load(ScaleName).data<double>().ToArray() is [> 0 and var factor, var steps])
            scale?.Restore(factor, (int)steps);
        skipped.Restore(
            file.Shapes.ContainsKey(SkippedName) ? file.Load(SkippedName).data<double>().ToArray().Select(step => (int)step) : []);
        // A state of an earlier version has none.
        rates.Restore(file.Shapes.Keys.Where(name => name.StartsWith(RatesPrefix, StringComparison.Ordinal))
            .ToDictionary(name => name[RatesPrefix.Length..], name => file.Load(name).data<double>().ToArray()));
        return file.Load(LossesName).data<double>().ToArray();
    }
}
