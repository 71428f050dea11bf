using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;
using LoraBuild.Base.Hashing;
using LoraBuild.Incremental.Steps;
using LoraBuild.Protocol;
using LoraBuild.Protocol.Models;
using LoraBuild.Settings;
using LoraBuild.Settings.SdScripts;
using LoraBuild.Tasks.Items;
using LoraBuild.Tasks.Steps;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>A task that is told which base model to use, and the training options that say how.</summary>
public abstract class BaseModelTask : ModelTask
{
    // Changes with what is told of models.
    private const int DescriptionVersion = 1;

    /// <summary>sd-scripts' option names, with the value as metadata <c>Value</c>; an empty value means the default.</summary>
    [Required]
    public ITaskItem[] Options { get; set; } = [];

    /// <inheritdoc/>
    private protected override SettingPlaces Places => SettingItems.Places(base.Places, Options, TrainingConfig);

    /// <summary>The checkpoint on this machine; null where none is named.</summary>
    /// <exception cref="LoraBuildException">As <see cref="ModelTask.Fetch(string, string, string)"/>.</exception>
    protected string? FetchBaseModel() => FetchNamed("BaseModel");

    /// <summary>The VAE on this machine; null where none is named.</summary>
    /// <exception cref="LoraBuildException">As <see cref="ModelTask.Fetch(string, string, string)"/>.</exception>
    protected string? FetchVae() => FetchNamed("Vae");

    /// <summary>Reads the models on this machine that have a SHA-256 to hold, before others build on them.</summary>
    /// <exception cref="LoraBuildException">As <see cref="ModelTask.Fetch(string, string, string)"/>.</exception>
    protected void VerifyLocalModels()
    {
        foreach (var model in (string[])["BaseModel", "Vae"])
        {
            if (!WebAddress.Is(Of(model).Trim()))
                FetchNamed(model);
        }
    }

    /// <summary>Settings with what follows from a model where the author says nothing; null where that cannot be told, which was
    /// reported.</summary>
    /// <param name="settings">The author's settings.</param>
    /// <param name="baseModel">The checkpoint, or a folder as diffusers writes it.</param>
    /// <param name="vae">A VAE to take instead of the model's own, or null.</param>
    protected TrainingSettings? OnModel(TrainingSettings settings, string baseModel, string? vae)
    {
        if (settings.Resolution is not null)
            return settings;
        if (Describe(baseModel, vae) is not { } model)
            return null;
        var completed = settings.WithResolution(model.Resolution, out var problems);
        foreach (var problem in problems)
            Report(problem);
        UsualResolution.Remember(Session, Of("BaseModel"), model.Resolution);
        return problems.Count == 0 ? completed : null;
    }

    /// <summary>Tells what a model is, by asking the worker once.</summary>
    /// <param name="baseModel">The checkpoint, or a folder as diffusers writes it.</param>
    /// <param name="vae">A VAE to take instead of the model's own, or null.</param>
    /// <returns>The description; null where it cannot be told, which was reported.</returns>
    protected ModelDescription? Describe(string baseModel, string? vae)
    {
        var model = BaseModelFiles.Of(baseModel, vae);
        var key = new StepKey("Model", DescriptionVersion);
        BaseModelKey.AddTo(key, Session, model, Tokenizer ?? ClipVocabulary.FindBeside(model.Path), file => Session.State.HashInput(file));
        var output = StepOutput.OfFacts("model", key.ToHash());
        var isKnown = new MemoizedStep(Session, "Model", CancellationToken).Run(output, () =>
        {
            IReadOnlyDictionary<string, string>? facts = null;
            new WorkerProcess(this).Run(new DescribeModelJob(model.Path, vae), "Model", done => facts = done.Facts, CancellationToken);
            return facts is null ? null : new StepResult(output.Id) { Facts = facts };
        });
        return isKnown ? ModelDescription.OfFacts(Session.State.FindFacts(output.Key)!) : null;
    }

    // A path without a hash may be a folder, and is looked at by those who read it.
    private string? FetchNamed(string model)
    {
        var (named, sha256) = (Of(model).Trim(), Of(model + "Sha256"));
        if (WebAddress.Is(named))
            return Fetch(named, sha256, DiagnosticCode.BaseModelMissing);
        return FullPathOf(model) is { } path && sha256.Length > 0
            ? Fetch(path, sha256, DiagnosticCode.BaseModelMissing)
            : FullPathOf(model);
    }

    /// <summary>The settings of project and configuration together; null, and every mistake reported, where there are any.</summary>
    protected TrainingSettings? ReadSettings()
    {
        var config = TrainingConfig is null ? null : SdScriptsConfig.Read(TrainingConfig);
        var settings = TrainingSettings.Parse(SettingItems.Training(Options, config), out var problems);
        foreach (var problem in problems.Concat(config?.Diagnostics ?? []))
            Report(problem);
        return Log.HasLoggedErrors ? null : settings;
    }
}
