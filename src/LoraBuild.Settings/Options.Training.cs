using static LoraBuild.Settings.OptionKind;

namespace LoraBuild.Settings;

/// <content>The length of a training, its files and its numbers.</content>
public static partial class Options
{
    public static readonly Option<bool?> V2 = OfSdScripts(
        Topic.BaseModel, "v2", OptionalFlag, null,
        "The base model is of Stable Diffusion 2.x. Its files tell, so this can only agree.");

    public static readonly Option<int?> ClipSkip = OfSdScripts(
        Topic.BaseModel, "clip_skip", Whole(1, 12).OrEmpty(), null,
        "The UNet sees the text encoder's hidden states this many layers from the end; not set: of the last layer.");

    public static readonly Option<bool> CacheTextEncoderOutputs = OfSdScripts(
        Topic.BaseModel, "cache_text_encoder_outputs", Flag, false,
        "Each caption is encoded once, before the training, on the processor: a GPU needs no memory for text encoders.");

    public static readonly Option<bool> CacheTextEncoderOutputsToDisk = OfSdScripts(
        Topic.BaseModel, "cache_text_encoder_outputs_to_disk", Flag, false,
        "The encodings of `cache_text_encoder_outputs` are kept in the cache, by content. Implies `cache_text_encoder_outputs`.");

    public static readonly Option<int> TrainBatchSize = OfSdScripts(
        Topic.Length, "train_batch_size", Whole(1, 1024), 4,
        "The number of samples in a batch.", sdScriptsDefault: "1");

    public static readonly Option<int> GradientAccumulationSteps = OfSdScripts(
        Topic.Length, "gradient_accumulation_steps", Whole(1, 1024), 1,
        "The number of batches in a step, one after the other: a larger batch in the same memory.");

    public static readonly Option<TrainingLength> MaxTrainSteps = OfSdScripts(
        Topic.Length, "max_train_steps", Length(1), new TrainingLength(10, InEpochs: true),
        "The length of the training. An epoch is the dataset's samples over the batch size, rounded up.", sdScriptsDefault: "1600",
        needs: Where("without LoraMaxTrainEpochs", settings => settings.MaxTrainEpochs is null));

    public static readonly Option<int?> MaxTrainEpochs = OfSdScripts(
        Topic.Length, "max_train_epochs", Whole(1, 100_000).OrEmpty(), null,
        "The length of the training in passes through the dataset; where set, `max_train_steps` has no effect.");

    public static readonly Option<int> SaveEveryNEpochs = OfSdScripts(
        Topic.Saving, "save_every_n_epochs", Whole(0, 100_000), 1,
        "A file is written after every n epochs, before the last one; 0: none is.", sdScriptsDefault: "0");

    public static readonly Option<int?> SaveEveryNSteps = OfSdScripts(
        Topic.Saving, "save_every_n_steps", Whole(1, int.MaxValue).OrEmpty(), null,
        "A file is also written after every n steps.");

    public static readonly Option<int?> SaveLastNEpochs = OfSdScripts(
        Topic.Saving, "save_last_n_epochs", Whole(1, 100_000).OrEmpty(), null,
        "Only the last n files of epochs are kept; not set: all.",
        needs: Where("with LoraSaveEveryNEpochs above 0", settings => settings.SaveEveryNEpochs > 0));

    public static readonly Option<int?> SaveLastNSteps = OfSdScripts(
        Topic.Saving, "save_last_n_steps", Whole(1, int.MaxValue).OrEmpty(), null,
        "Files of `save_every_n_steps` that are older than n steps are removed.",
        needs: Where("with LoraSaveEveryNSteps", settings => settings.SaveEveryNSteps is not null));

    public static readonly Option<int?> SaveLastNEpochsState = OfSdScripts(
        Topic.Saving, "save_last_n_epochs_state", Whole(1, 100_000).OrEmpty(), null,
        "Only the last n states of epochs are kept; not set: as `save_last_n_epochs`.",
        needs: Where("with LoraSaveState and LoraSaveEveryNEpochs above 0", settings =>
            settings is { SaveState: true, SaveEveryNEpochs: > 0 }));

    public static readonly Option<int?> SaveLastNStepsState = OfSdScripts(
        Topic.Saving, "save_last_n_steps_state", Whole(1, int.MaxValue).OrEmpty(), null,
        "States of `save_every_n_steps` that are older than n steps are removed; not set: as `save_last_n_steps`.",
        needs: Where("with LoraSaveState and LoraSaveEveryNSteps", settings =>
            settings is { SaveState: true, SaveEveryNSteps: not null }));

    public static readonly Option<bool> SaveState = OfSdScripts(
        Topic.Saving, "save_state", Flag, false,
        "The training's state is written beside each file, the finished one included, as `NAME-state.safetensors`, to resume from.");

    public static readonly Option<bool> SaveStateOnTrainEnd = OfSdScripts(
        Topic.Saving, "save_state_on_train_end", Flag, false,
        "The training's state is written at its end.",
        needs: Where("without LoraSaveState, which writes that state too", settings => !settings.SaveState));

    public static readonly Option<double?> EmaDecay = OfSdScripts(
        Topic.Saving, "ema_decay", Number(0, 0.999999).OrEmpty(), null,
        "The average of the adapters' weights over the training is written beside the finished LoRA, as `NAME-ema.safetensors`: at each "
            + "step this share of it stays, at first less, as in diffusers' `EMAModel`. Usual are 0.99 to 0.9999. From a state without one "
            + "(`resume`) it begins there. sd-scripts has no such option.",
        SdScriptsPlace.Nowhere);

    public static readonly Option<string?> Resume = OfSdScripts(
        Topic.Saving, "resume", FilePath, null,
        "A state that `save_state` wrote, from which the training goes on: weights, optimizer and step.");

    public static readonly Option<ModelPrecision> SavePrecision = OfSdScripts(
        Topic.Saving, "save_precision",
        Choice(("fp16", ModelPrecision.Float16), ("bf16", ModelPrecision.BFloat16), ("float", ModelPrecision.Float32)),
        ModelPrecision.Float16,
        "The number format of the written files.", sdScriptsDefault: "float");

    public static readonly Option<bool> NoMetadata = OfSdScripts(
        Topic.Saving, "no_metadata", Flag, false,
        "The written files say no more of the training than user interfaces need: `modelspec.*`, and of `ss_*` the base model's version "
            + "and the adapters' kind and size.");

    public static readonly Option<string?> MetadataTitle = OfSdScripts(
        Topic.Saving, "metadata_title", OptionalText, null,
        "The title in the files' metadata, `modelspec.title`; not set: the file's name.");

    public static readonly Option<string?> MetadataAuthor = OfSdScripts(
        Topic.Saving, "metadata_author", OptionalText, null,
        "The author there, `modelspec.author`.");

    public static readonly Option<string?> MetadataDescription = OfSdScripts(
        Topic.Saving, "metadata_description", OptionalText, null,
        "A description there, `modelspec.description`.");

    public static readonly Option<string?> MetadataLicense = OfSdScripts(
        Topic.Saving, "metadata_license", OptionalText, null,
        "The license there, `modelspec.license`.");

    public static readonly Option<string?> MetadataTags = OfSdScripts(
        Topic.Saving, "metadata_tags", OptionalText, null,
        "Tags there, `modelspec.tags`, with commas between.");

    public static readonly Option<string?> TrainingComment = OfSdScripts(
        Topic.Saving, "training_comment", OptionalText, null,
        "A note there, `ss_training_comment`.",
        needs: Where("without LoraNoMetadata", settings => !settings.NoMetadata));

    public static readonly Option<ModelPrecision> MixedPrecision = OfSdScripts(
        Topic.Computing, "mixed_precision",
        Choice(("fp16", ModelPrecision.Float16), ("bf16", ModelPrecision.BFloat16), ("no", ModelPrecision.Float32)),
        ModelPrecision.Float16,
        "The number format that a GPU computes in; a CPU always computes in 32 bits.", sdScriptsDefault: "no");

    public static readonly Option<bool> FullFp16 = OfSdScripts(
        Topic.Computing, "full_fp16", Flag, false,
        "The adapters, their gradients and the optimizer's state are kept in half precision, too, which needs `mixed_precision` `fp16`: "
            + "less memory, coarser steps. Each step is computed in 32 bits and rounded once. The states of 8-bit optimizers and of "
            + "`adafactor` stay as they are.");

    public static readonly Option<bool> FullBf16 = OfSdScripts(
        Topic.Computing, "full_bf16", Flag, false,
        "The same in bfloat16, which needs `mixed_precision` `bf16`.");

    public static readonly Option<bool> Fp8Base = OfSdScripts(
        Topic.Computing, "fp8_base", Flag, false,
        "The frozen weights of the UNet's and text encoders' layers are kept in 8 bits, e4m3 with a scale for each layer, and computed "
            + "with in the type of `mixed_precision`, which may not be `no`: half the memory of half precision, and a coarser base model. "
            + "A CPU does so, too.");

    public static readonly Option<bool> Fp8BaseUnet = OfSdScripts(
        Topic.Computing, "fp8_base_unet", Flag, false,
        "The same of the UNet alone.");

    public static readonly Option<int> BlocksToSwap = OfSdScripts(
        Topic.Computing, "blocks_to_swap", Whole(0, 1000), 0,
        "So many of the denoiser's blocks have their frozen weights in main memory, and are fetched before their turn: less of a GPU's "
            + "memory, more time. At most all blocks but two (SDXL has 16 that can, SD1.x and SD2.x 21), and with "
            + "`gradient_checkpointing` alone. A CPU has nothing to swap to. sd-scripts has it for other families.",
        SdScriptsPlace.Nowhere);

    public static readonly Option<int> Seed = OfSdScripts(
        Topic.Computing, "seed", Whole(0, int.MaxValue), 42,
        "The same seed gives the same training.");

    public static readonly Option<bool> GradientCheckpointing = OfSdScripts(
        Topic.Computing, "gradient_checkpointing", Flag, true,
        "Activations are computed again instead of kept: less memory, more time.", sdScriptsDefault: "false");

    public static readonly Option<bool> Xformers = OfSdScripts(
        Topic.Computing, "xformers", Flag, true,
        "Attention in its memory-efficient form: the engine's fused kernel.", sdScriptsDefault: "false");
}
