using LoraBuild.Base.Diagnostics;
using LoraBuild.Diffusion.Checkpointing;
using LoraBuild.Diffusion.Layers;
using LoraBuild.Settings;
using LoraBuild.Training.Adapters;
using LoraBuild.Training.Data;
using LoraBuild.Training.Engine;
using LoraBuild.Training.Optimizers;
using LoraBuild.Training.Parameters;

namespace LoraBuild.Training.Steps;

/// <summary>One optimizer step: predict, compare, go back, clip, change the adapters.</summary>
public sealed class TrainingStep
{
    // torch's clip_grad_norm_ adds it to the norm that it divides by.
    private const double NormEpsilon = 1e-6;

    private readonly TrainingReplica models;
    private readonly TrainingReplica? second;
    private readonly ParameterBuffer parameters;
    private readonly IOptimizer optimizer;
    private readonly TrainingSettings settings;
    private readonly DiffusionLoss loss;
    private readonly LossScale? scale;
    // Of the step that is going on.
    private readonly List<long> passes = [];

    /// <summary>A step over these models.</summary>
    /// <param name="models">The models.</param>
    /// <param name="second">A copy of them with <see cref="AdapterNetwork.Twin"/> adapters, through which the second half of each batch
    /// goes at the same time; or null.</param>
    /// <param name="optimizer">Changes the adapters' weights.</param>
    /// <param name="settings">Clip skip, checkpointing, accumulation, gradient clipping and the loss.</param>
    /// <param name="scale">Loss scaling, or null where the models compute in 32 bits or bfloat16.</param>
    public TrainingStep(
        TrainingReplica models, TrainingReplica? second, IOptimizer optimizer, TrainingSettings settings, LossScale? scale = null)
    {
        this.models = models;
        this.second = second;
        this.optimizer = optimizer;
        this.settings = settings;
        this.scale = scale;
        loss = new(settings, models.Model.Noise);
        parameters = models.Network.Parameters;
        foreach (var replica in second is null ? [models] : new[] { models, second })
        {
            foreach (var part in replica.Model.Parts)
                part.GradientCheckpointing = IsCheckpointed(part, settings);
        }
    }

    /// <summary>True if a part of the model keeps only the inputs of its blocks in a training.</summary>
    internal static bool IsCheckpointed(IModelPart part, TrainingSettings settings) =>
        settings.GradientCheckpointing && (part.Kind == PartKind.Denoiser || !settings.NetworkTrainUnetOnly);

    /// <inheritdoc cref="Run(IEnumerable{StepInput}, Func{ParameterGroup, double})"/>
    /// <param name="input">The samples to learn from; they belong to the caller.</param>
    /// <param name="learningRate">The learning rate of each group.</param>
    public StepResult Run(StepInput input, Func<ParameterGroup, double> learningRate) => Run([input], learningRate);

    /// <summary>Runs a step.</summary>
    /// <param name="inputs">
    /// The batches to learn from, one after the other. As in sd-scripts each counts 1 / <c>gradient_accumulation_steps</c>, also where an
    /// epoch's last step has fewer. Each is asked for when the one before is done with.
    /// </param>
    /// <param name="learningRate">The learning rate of each group.</param>
    /// <returns>The result. Where the loss or the norm is not finite, no weight has changed.</returns>
    public StepResult Run(IEnumerable<StepInput> inputs, Func<ParameterGroup, double> learningRate) =>
        Change(Differentiate(inputs), learningRate);

    /// <summary>The first part of a step, which takes nearly all of its time: the loss and its gradients. No weight changes.</summary>
    /// <param name="inputs">As for <see cref="Run(IEnumerable{StepInput}, Func{ParameterGroup, double})"/>.</param>
    /// <returns>The loss, which may be not finite.</returns>
    public double Differentiate(IEnumerable<StepInput> inputs)
    {
        using var scope = NewDisposeScope();
        parameters.ZeroGradients();
        second?.Network.Parameters.ZeroGradients();
        passes.Clear();
        var sum = 0.0;
        foreach (var input in inputs)
        {
            var share = 1.0 / settings.GradientAccumulationSteps;
            var batchLoss =
                second is null || input.Timesteps.Length == 1 ? Backward(models, input, 1, share) : BackwardInHalves(input, second, share);
            if (!double.IsFinite(batchLoss))
                return batchLoss;
            sum += batchLoss;
            passes.Add(input.Pass);
        }

        if (second is not null)
            parameters.Gradients.add_(second.Network.Parameters.Gradients);
        return sum / passes.Count;
    }

    /// <summary>The second part: the weights change by what <see cref="Differentiate"/> found.</summary>
    /// <param name="value">The loss that it returned.</param>
    /// <param name="learningRate">The learning rate of each group.</param>
    /// <returns>The result. Where the loss or the norm is not finite, no weight has changed.</returns>
    public StepResult Change(double value, Func<ParameterGroup, double> learningRate)
    {
        if (!double.IsFinite(value))
            return new(value, double.NaN);
        using var scope = NewDisposeScope();
        if (scale is not null)
            parameters.Gradients.mul_(1 / scale.Factor);
        var norm = parameters.GradientNorm();
        var overflowed = !double.IsFinite(norm);
        scale?.Update(overflowed);
        if (overflowed)
            return new(value, norm, Skipped: scale is not null);

        var clip = settings.MaxGradNorm / (norm + NormEpsilon);
        if (settings.MaxGradNorm > 0 && clip < 1)
            parameters.Gradients.mul_(clip);
        Step(learningRate);
        if (settings.ScaleWeightNorms is { } longest)
            models.Network.ScaleWeightNorms(longest);
        return new(value, norm);
    }

    // What no pass of the step went through has no gradient, so that torch's optimizers leave it alone: no decay, no momentum.
    private void Step(Func<ParameterGroup, double> learningRate)
    {
        using var ungraded = no_grad();
        var untouched =
            from module in models.Network.Modules
            where passes.TrueForAll(module.IsDroppedIn)
            from place in parameters.TrainedOf(module.Layer.Name)
            from tensor in optimizer.StateOf(place).Prepend(place.Of(parameters.Values))
            select (tensor, before: tensor.clone());
        var kept = untouched.ToList();
        optimizer.Step(learningRate);
        foreach (var (tensor, before) in kept)
            tensor.copy_(before);
    }

    /// <summary>The loss without a step: nothing changes.</summary>
    /// <param name="input">The samples to measure with; they belong to the caller.</param>
    public double Measure(StepInput input)
    {
        using var ungraded = no_grad();
        using var scope = NewDisposeScope();
        return Loss(models, input).item<float>();
    }

    private double BackwardInHalves(StepInput input, TrainingReplica other, double share)
    {
        var count = input.Timesteps.Length;
        var half = (count + 1) / 2;
        var (front, back) = (input.Part(0, half), input.Part(half, count - half));
        var (frontLoss, backLoss) = (0.0, 0.0);
        SideBySide.Run(
            () => frontLoss = Backward(models, front, (double)half / count, share),
            () => backLoss = Backward(other, back, (double)(count - half) / count, share));
        return frontLoss + backLoss;
    }

    // The loss of a part of a batch times its share of the batch; where it is finite, its gradients are added to the replica's buffer.
    private double Backward(TrainingReplica replica, StepInput input, double shareOfBatch, double shareOfStep)
    {
        using var scope = NewDisposeScope();
        replica.Network.BeginPass(input.Pass, input.FirstSample);
        var part = Loss(replica, input) * shareOfBatch;
        var value = (double)part.item<float>();
        var factor = shareOfStep * (scale?.Factor ?? 1);
        if (double.IsFinite(value))
            Checkpoint.Backward(factor == 1 ? part : part * factor);
        replica.Network.EndPass();
        return value;
    }

    private Tensor Loss(TrainingReplica replica, StepInput input)
    {
        var model = replica.Model;
        var conditioning = input.Encoded ?? model.Encode(input.Texts, settings.ClipSkip ?? 1);
        var noisy = loss.NoisyLatents(input).to_type(model.Type);
        var prediction = model.Predict(noisy, tensor(input.Timesteps, device: model.Device), conditioning);
        return loss.Of(prediction.to_type(ScalarType.Float32), input);
    }
}

/// <summary>The outcome of one optimizer step.</summary>
/// <param name="Loss">The mean over the batch of the mean squared error of the predicted noise.</param>
/// <param name="GradientNorm">The length of all gradients together, before clipping; not finite where <paramref name="Skipped"/>.</param>
/// <param name="Skipped">In half precision a gradient overflowed: the weights stayed as they were and the loss scale was halved.</param>
public readonly record struct StepResult(double Loss, double GradientNorm, bool Skipped = false)
{
    /// <summary>True if no further step could mend it: the loss or a gradient is not a number.</summary>
    /// <param name="scale">The loss scale, or null where there is none.</param>
    public bool HasDiverged(LossScale? scale) =>
        !double.IsFinite(Loss) || !(double.IsFinite(GradientNorm) || (Skipped && scale is { IsExhausted: false }));

    /// <summary>The error of a step that has diverged.</summary>
    /// <param name="step">The step, from 1.</param>
    /// <param name="pictures">The names of the pictures that it took.</param>
    /// <param name="stateFile">The file with the state before it.</param>
    public LoraBuildException Explain(int step, IReadOnlyList<string> pictures, string stateFile) => new(
        DiagnosticCode.TrainingDiverged,
        $"{(double.IsFinite(Loss) ? "A gradient" : "The loss")} is not a number at step {step}, with "
        + $"{string.Join(", ", pictures.Distinct())}. "
            + "Lower LoraUnetLr and LoraTextEncoderLr, and look at these pictures; where the base model is sound in 32 bits only, set "
            + "LoraMixedPrecision to no or bf16."
            + (step > 1 ? $" The state before that step is in '{stateFile}'." : ""));
}
