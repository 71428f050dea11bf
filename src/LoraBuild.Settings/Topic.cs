namespace LoraBuild.Settings;

/// <summary>A group of options in the reference, in the order of the pipeline.</summary>
public enum Topic
{
    /// <summary>The project and its outputs.</summary>
    Project,

    /// <summary>Pictures before they are tagged.</summary>
    Pictures,

    /// <summary>Taggers and tags.</summary>
    Tags,

    /// <summary>Tags on their way to captions.</summary>
    Captions,

    /// <summary>Regularisation images.</summary>
    Regularization,

    /// <summary>The base model and its parts.</summary>
    Models,

    /// <summary>The training as a run on a machine.</summary>
    Run,

    /// <summary>Pictures as the training sees them.</summary>
    TrainingPictures,

    /// <summary>Captions as the training sees them.</summary>
    TrainingCaptions,

    /// <summary>The text encoder and the base model's kind.</summary>
    BaseModel,

    /// <summary>Batches and the training's length.</summary>
    Length,

    /// <summary>The files that a training writes and goes on from.</summary>
    Saving,

    /// <summary>Number formats, memory and the seed.</summary>
    Computing,

    /// <summary>Noise and timesteps.</summary>
    Noise,

    /// <summary>The loss.</summary>
    Loss,

    /// <summary>The optimizer.</summary>
    Optimizer,

    /// <summary>Learning rates and their schedule.</summary>
    LearningRate,

    /// <summary>Adapters and their layers.</summary>
    Adapters,

    /// <summary>Pictures that are measured and not learnt.</summary>
    Validation,

    /// <summary>Previews and logs.</summary>
    Previews,

    /// <summary>Evaluation of the finished LoRA.</summary>
    Evaluation,

    /// <summary>Publishing and merging.</summary>
    Publishing,

    /// <summary>The cache.</summary>
    Cache,

    /// <summary>The libraries that do the work.</summary>
    Engines,
}
