using LoraBuild.Base.Diagnostics;
using LoraBuild.Protocol;
using LoraBuild.Protocol.Models;
using LoraBuild.Settings;
using LoraBuild.Tasks.Steps;

namespace LoraBuild.Tasks;

/// <summary>A task that draws pictures with the base model.</summary>
public abstract class DrawingTask : BaseModelTask
{
    /// <summary>The step that draws.</summary>
    /// <param name="training">The settings by which the model is used.</param>
    /// <param name="batchSize">The number of pictures that are drawn at a time.</param>
    /// <param name="purpose">The purpose of the base model, as the end of the sentence "There is no base model ...".</param>
    /// <param name="promptFile">The file that has the prompts; null where nobody wrote them.</param>
    /// <exception cref="LoraBuildException">LB4001: there is no base model. And as
    /// <see cref="ModelTask.Fetch(string, string, string)"/>.</exception>
    private protected DrawingStep Drawing(TrainingSettings training, int batchSize, string purpose, string? promptFile)
    {
        var path = FetchBaseModel()
            ?? throw new LoraBuildException(
                DiagnosticCode.BaseModelMissing,
                $"There is no base model {purpose}. Set LoraBaseModel to the one that the LoRA is trained on.");
        var vae = FetchVae();
        var model = BaseModelFiles.Of(path, vae);
        var job = new DrawJob(model.Path, Tokenizer ?? ClipVocabulary.FindBeside(model.Path), training.ToOptions(), [])
        {
            PromptFile = promptFile,
            CachePath = CachePath,
            Vae = vae,
            TokenizerUrl = TokenizerUrl,
        };
        return new DrawingStep(this, model, job, batchSize);
    }
}
