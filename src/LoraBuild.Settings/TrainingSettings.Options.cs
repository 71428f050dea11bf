// This file follows from the code; written by LORABUILD_WRITE_REFERENCE=1 dotnet test tests/LoraBuild.Settings.Tests

using LoraBuild.Base.Geometry;
using LoraBuild.Settings.Sampling;
using O = LoraBuild.Settings.Options;

namespace LoraBuild.Settings;

/// <content>A property for each training option.</content>
public sealed partial record TrainingSettings
{
    /// <summary><c>resolution</c>: The area of a training picture in pixels, as WIDTH,HEIGHT.</summary>
    public PixelSize? Resolution { get => Get(O.Resolution); init => Set(O.Resolution, value); }

    /// <summary><c>enable_bucket</c>: Pictures keep about their aspect ratio instead of being cropped to the resolution.</summary>
    public bool EnableBucket { get => Get(O.EnableBucket); init => Set(O.EnableBucket, value); }

    /// <summary>
    /// <c>bucket_no_upscale</c>: No picture is enlarged; <c>min_bucket_reso</c> and <c>max_bucket_reso</c> do not count
    /// then.
    /// </summary>
    public bool BucketNoUpscale { get => Get(O.BucketNoUpscale); init => Set(O.BucketNoUpscale, value); }

    /// <summary><c>bucket_reso_steps</c>: The sides of a training picture are multiples of it, in pixels.</summary>
    public int BucketResoSteps { get => Get(O.BucketResoSteps); init => Set(O.BucketResoSteps, value); }

    /// <summary><c>min_bucket_reso</c>: The shortest side of a training picture, in pixels.</summary>
    public int MinBucketReso { get => Get(O.MinBucketReso); init => Set(O.MinBucketReso, value); }

    /// <summary><c>max_bucket_reso</c>: The longest side of a training picture, in pixels.</summary>
    public int MaxBucketReso { get => Get(O.MaxBucketReso); init => Set(O.MaxBucketReso, value); }

    /// <summary>
    /// <c>random_crop</c>: The part of a picture that its bucket does not hold is cut away at a random place, instead
    /// of evenly on both sides.
    /// </summary>
    public bool RandomCrop { get => Get(O.RandomCrop); init => Set(O.RandomCrop, value); }

    /// <summary><c>flip_aug</c>: Half of the samples are mirrored left to right.</summary>
    public bool FlipAug { get => Get(O.FlipAug); init => Set(O.FlipAug, value); }

    /// <summary><c>color_aug</c>: A third of the samples get another hue or gamma, a little.</summary>
    public bool ColorAug { get => Get(O.ColorAug); init => Set(O.ColorAug, value); }

    /// <summary><c>alpha_mask</c>: The loss counts where a picture is opaque; what is transparent is not learnt.</summary>
    public bool AlphaMask { get => Get(O.AlphaMask); init => Set(O.AlphaMask, value); }

    /// <summary>
    /// <c>masked_loss</c>: The loss counts where <c>NAME.mask.png</c> beside a picture is white; pictures without one
    /// count everywhere.
    /// </summary>
    public bool MaskedLoss { get => Get(O.MaskedLoss); init => Set(O.MaskedLoss, value); }

    /// <summary><c>prior_loss_weight</c>: The weight of regularisation images in the loss.</summary>
    public double PriorLossWeight { get => Get(O.PriorLossWeight); init => Set(O.PriorLossWeight, value); }

    /// <summary>
    /// <c>cache_latents</c>: Each picture is encoded once, before the training, and always seen as the same sample of
    /// its latents' distribution.
    /// </summary>
    public bool CacheLatents { get => Get(O.CacheLatents); init => Set(O.CacheLatents, value); }

    /// <summary>
    /// <c>cache_latents_to_disk</c>: The encodings of <c>cache_latents</c> are kept in the cache, by content. Implies
    /// <c>cache_latents</c>.
    /// </summary>
    public bool CacheLatentsToDisk { get => Get(O.CacheLatentsToDisk); init => Set(O.CacheLatentsToDisk, value); }

    /// <summary><c>vae_batch_size</c>: The number of pictures that the VAE encodes at a time.</summary>
    public int VaeBatchSize { get => Get(O.VaeBatchSize); init => Set(O.VaeBatchSize, value); }

    /// <summary>
    /// <c>max_data_loader_n_workers</c>: The number of batches that are made at the same time, ahead of the steps; at
    /// most one a processor. 0: each when its step needs it.
    /// </summary>
    public int MaxDataLoaderNWorkers { get => Get(O.MaxDataLoaderNWorkers); init => Set(O.MaxDataLoaderNWorkers, value); }

    /// <summary><c>persistent_data_loader_workers</c>: Decoded pictures are kept from one epoch to the next.</summary>
    public bool PersistentDataLoaderWorkers
    {
        get => Get(O.PersistentDataLoaderWorkers);
        init => Set(O.PersistentDataLoaderWorkers, value);
    }

    /// <summary><c>shuffle_caption</c>: The tags of a caption come in a random order.</summary>
    public bool ShuffleCaption { get => Get(O.ShuffleCaption); init => Set(O.ShuffleCaption, value); }

    /// <summary><c>keep_tokens</c>: The number of tags at the start of a caption that are neither shuffled nor dropped.</summary>
    public int KeepTokens { get => Get(O.KeepTokens); init => Set(O.KeepTokens, value); }

    /// <summary>
    /// <c>keep_tokens_separator</c>: A text, usually three vertical bars: tags before it, and after a second one, are
    /// neither shuffled nor dropped. <c>keep_tokens</c> has no effect on a caption that has it.
    /// </summary>
    public string? KeepTokensSeparator { get => Get(O.KeepTokensSeparator); init => Set(O.KeepTokensSeparator, value); }

    /// <summary><c>caption_separator</c>: The text between the tags of a caption.</summary>
    public string CaptionSeparator { get => Get(O.CaptionSeparator); init => Set(O.CaptionSeparator, value); }

    /// <summary>
    /// <c>secondary_separator</c>: The text between tags that stay together when a caption is shuffled. It becomes
    /// <c>caption_separator</c> afterwards.
    /// </summary>
    public string? SecondarySeparator { get => Get(O.SecondarySeparator); init => Set(O.SecondarySeparator, value); }

    /// <summary>
    /// <c>enable_wildcard</c>: A sample gets one of the alternatives in braces (separated by vertical bars), and one
    /// line of a caption that has several. Doubled braces stand for braces.
    /// </summary>
    public bool EnableWildcard { get => Get(O.EnableWildcard); init => Set(O.EnableWildcard, value); }

    /// <summary><c>caption_prefix</c>: Stands before every caption, with a space between.</summary>
    public string? CaptionPrefix { get => Get(O.CaptionPrefix); init => Set(O.CaptionPrefix, value); }

    /// <summary><c>caption_suffix</c>: Stands after every caption, with a space between.</summary>
    public string? CaptionSuffix { get => Get(O.CaptionSuffix); init => Set(O.CaptionSuffix, value); }

    /// <summary><c>caption_dropout_rate</c>: The share of samples that are learnt without a caption.</summary>
    public double CaptionDropoutRate { get => Get(O.CaptionDropoutRate); init => Set(O.CaptionDropoutRate, value); }

    /// <summary><c>caption_dropout_every_n_epochs</c>: Every n-th epoch is learnt without captions; 0: none is.</summary>
    public int CaptionDropoutEveryNEpochs { get => Get(O.CaptionDropoutEveryNEpochs); init => Set(O.CaptionDropoutEveryNEpochs, value); }

    /// <summary>
    /// <c>caption_tag_dropout_rate</c>: The share of tags, apart from those that are kept, that are left out of a
    /// caption each time.
    /// </summary>
    public double CaptionTagDropoutRate { get => Get(O.CaptionTagDropoutRate); init => Set(O.CaptionTagDropoutRate, value); }

    /// <summary>
    /// <c>token_warmup_min</c>: The number of tags of a caption at the first step of the warm-up, besides those that
    /// are kept.
    /// </summary>
    public int TokenWarmupMin { get => Get(O.TokenWarmupMin); init => Set(O.TokenWarmupMin, value); }

    /// <summary>
    /// <c>token_warmup_step</c>: The step from which captions have all their tags; below 1: a share of the training.
    /// Until then tags are added one by one.
    /// </summary>
    public double TokenWarmupStep { get => Get(O.TokenWarmupStep); init => Set(O.TokenWarmupStep, value); }

    /// <summary>
    /// <c>weighted_captions</c>: <c>(word:1.2)</c>, <c>(word)</c> and <c>[word]</c> in a caption weigh its words. A
    /// bracket after a backslash is a bracket.
    /// </summary>
    public bool WeightedCaptions { get => Get(O.WeightedCaptions); init => Set(O.WeightedCaptions, value); }

    /// <summary>
    /// <c>max_token_length</c>: The number of tokens of a caption that count. Longer captions are warned about
    /// (LB5009); their trigger word is never cut.
    /// </summary>
    public int MaxTokenLength { get => Get(O.MaxTokenLength); init => Set(O.MaxTokenLength, value); }

    /// <summary><c>v2</c>: The base model is of Stable Diffusion 2.x. Its files tell, so this can only agree.</summary>
    public bool? V2 { get => Get(O.V2); init => Set(O.V2, value); }

    /// <summary>
    /// <c>clip_skip</c>: The UNet sees the text encoder's hidden states this many layers from the end; not set: of the
    /// last layer.
    /// </summary>
    public int? ClipSkip { get => Get(O.ClipSkip); init => Set(O.ClipSkip, value); }

    /// <summary>
    /// <c>cache_text_encoder_outputs</c>: Each caption is encoded once, before the training, on the processor: a GPU
    /// needs no memory for text encoders.
    /// </summary>
    public bool CacheTextEncoderOutputs { get => Get(O.CacheTextEncoderOutputs); init => Set(O.CacheTextEncoderOutputs, value); }

    /// <summary>
    /// <c>cache_text_encoder_outputs_to_disk</c>: The encodings of <c>cache_text_encoder_outputs</c> are kept in the
    /// cache, by content. Implies <c>cache_text_encoder_outputs</c>.
    /// </summary>
    public bool CacheTextEncoderOutputsToDisk
    {
        get => Get(O.CacheTextEncoderOutputsToDisk);
        init => Set(O.CacheTextEncoderOutputsToDisk, value);
    }

    /// <summary><c>train_batch_size</c>: The number of samples in a batch.</summary>
    public int TrainBatchSize { get => Get(O.TrainBatchSize); init => Set(O.TrainBatchSize, value); }

    /// <summary>
    /// <c>gradient_accumulation_steps</c>: The number of batches in a step, one after the other: a larger batch in the
    /// same memory.
    /// </summary>
    public int GradientAccumulationSteps { get => Get(O.GradientAccumulationSteps); init => Set(O.GradientAccumulationSteps, value); }

    /// <summary>
    /// <c>max_train_steps</c>: The length of the training. An epoch is the dataset's samples over the batch size,
    /// rounded up.
    /// </summary>
    public TrainingLength MaxTrainSteps { get => Get(O.MaxTrainSteps); init => Set(O.MaxTrainSteps, value); }

    /// <summary>
    /// <c>max_train_epochs</c>: The length of the training in passes through the dataset; where set,
    /// <c>max_train_steps</c> has no effect.
    /// </summary>
    public int? MaxTrainEpochs { get => Get(O.MaxTrainEpochs); init => Set(O.MaxTrainEpochs, value); }

    /// <summary><c>save_every_n_epochs</c>: A file is written after every n epochs, before the last one; 0: none is.</summary>
    public int SaveEveryNEpochs { get => Get(O.SaveEveryNEpochs); init => Set(O.SaveEveryNEpochs, value); }

    /// <summary><c>save_every_n_steps</c>: A file is also written after every n steps.</summary>
    public int? SaveEveryNSteps { get => Get(O.SaveEveryNSteps); init => Set(O.SaveEveryNSteps, value); }

    /// <summary><c>save_last_n_epochs</c>: Only the last n files of epochs are kept; not set: all.</summary>
    public int? SaveLastNEpochs { get => Get(O.SaveLastNEpochs); init => Set(O.SaveLastNEpochs, value); }

    /// <summary><c>save_last_n_steps</c>: Files of <c>save_every_n_steps</c> that are older than n steps are removed.</summary>
    public int? SaveLastNSteps { get => Get(O.SaveLastNSteps); init => Set(O.SaveLastNSteps, value); }

    /// <summary>
    /// <c>save_last_n_epochs_state</c>: Only the last n states of epochs are kept; not set: as
    /// <c>save_last_n_epochs</c>.
    /// </summary>
    public int? SaveLastNEpochsState { get => Get(O.SaveLastNEpochsState); init => Set(O.SaveLastNEpochsState, value); }

    /// <summary>
    /// <c>save_last_n_steps_state</c>: States of <c>save_every_n_steps</c> that are older than n steps are removed; not
    /// set: as <c>save_last_n_steps</c>.
    /// </summary>
    public int? SaveLastNStepsState { get => Get(O.SaveLastNStepsState); init => Set(O.SaveLastNStepsState, value); }

    /// <summary>
    /// <c>save_state</c>: The training's state is written beside each file, the finished one included, as
    /// <c>NAME-state.safetensors</c>, to resume from.
    /// </summary>
    public bool SaveState { get => Get(O.SaveState); init => Set(O.SaveState, value); }

    /// <summary><c>save_state_on_train_end</c>: The training's state is written at its end.</summary>
    public bool SaveStateOnTrainEnd { get => Get(O.SaveStateOnTrainEnd); init => Set(O.SaveStateOnTrainEnd, value); }

    /// <summary>
    /// <c>ema_decay</c>: The average of the adapters' weights over the training is written beside the finished LoRA, as
    /// <c>NAME-ema.safetensors</c>: at each step this share of it stays, at first less, as in diffusers'
    /// <c>EMAModel</c>. Usual are 0.99 to 0.9999. From a state without one (<c>resume</c>) it begins there. sd-scripts
    /// has no such option.
    /// </summary>
    public double? EmaDecay { get => Get(O.EmaDecay); init => Set(O.EmaDecay, value); }

    /// <summary>
    /// <c>resume</c>: A state that <c>save_state</c> wrote, from which the training goes on: weights, optimizer and
    /// step.
    /// </summary>
    public string? Resume { get => Get(O.Resume); init => Set(O.Resume, value); }

    /// <summary><c>save_precision</c>: The number format of the written files.</summary>
    public ModelPrecision SavePrecision { get => Get(O.SavePrecision); init => Set(O.SavePrecision, value); }

    /// <summary>
    /// <c>no_metadata</c>: The written files say no more of the training than user interfaces need: <c>modelspec.*</c>,
    /// and of <c>ss_*</c> the base model's version and the adapters' kind and size.
    /// </summary>
    public bool NoMetadata { get => Get(O.NoMetadata); init => Set(O.NoMetadata, value); }

    /// <summary><c>metadata_title</c>: The title in the files' metadata, <c>modelspec.title</c>; not set: the file's name.</summary>
    public string? MetadataTitle { get => Get(O.MetadataTitle); init => Set(O.MetadataTitle, value); }

    /// <summary><c>metadata_author</c>: The author there, <c>modelspec.author</c>.</summary>
    public string? MetadataAuthor { get => Get(O.MetadataAuthor); init => Set(O.MetadataAuthor, value); }

    /// <summary><c>metadata_description</c>: A description there, <c>modelspec.description</c>.</summary>
    public string? MetadataDescription { get => Get(O.MetadataDescription); init => Set(O.MetadataDescription, value); }

    /// <summary><c>metadata_license</c>: The license there, <c>modelspec.license</c>.</summary>
    public string? MetadataLicense { get => Get(O.MetadataLicense); init => Set(O.MetadataLicense, value); }

    /// <summary><c>metadata_tags</c>: Tags there, <c>modelspec.tags</c>, with commas between.</summary>
    public string? MetadataTags { get => Get(O.MetadataTags); init => Set(O.MetadataTags, value); }

    /// <summary><c>training_comment</c>: A note there, <c>ss_training_comment</c>.</summary>
    public string? TrainingComment { get => Get(O.TrainingComment); init => Set(O.TrainingComment, value); }

    /// <summary><c>mixed_precision</c>: The number format that a GPU computes in; a CPU always computes in 32 bits.</summary>
    public ModelPrecision MixedPrecision { get => Get(O.MixedPrecision); init => Set(O.MixedPrecision, value); }

    /// <summary>
    /// <c>full_fp16</c>: The adapters, their gradients and the optimizer's state are kept in half precision, too, which
    /// needs <c>mixed_precision</c> <c>fp16</c>: less memory, coarser steps. Each step is computed in 32 bits and
    /// rounded once. The states of 8-bit optimizers and of <c>adafactor</c> stay as they are.
    /// </summary>
    public bool FullFp16 { get => Get(O.FullFp16); init => Set(O.FullFp16, value); }

    /// <summary><c>full_bf16</c>: The same in bfloat16, which needs <c>mixed_precision</c> <c>bf16</c>.</summary>
    public bool FullBf16 { get => Get(O.FullBf16); init => Set(O.FullBf16, value); }

    /// <summary>
    /// <c>fp8_base</c>: The frozen weights of the UNet's and text encoders' layers are kept in 8 bits, e4m3 with a
    /// scale for each layer, and computed with in the type of <c>mixed_precision</c>, which may not be <c>no</c>: half
    /// the memory of half precision, and a coarser base model. A CPU does so, too.
    /// </summary>
    public bool Fp8Base { get => Get(O.Fp8Base); init => Set(O.Fp8Base, value); }

    /// <summary><c>fp8_base_unet</c>: The same of the UNet alone.</summary>
    public bool Fp8BaseUnet { get => Get(O.Fp8BaseUnet); init => Set(O.Fp8BaseUnet, value); }

    /// <summary>
    /// <c>blocks_to_swap</c>: So many of the denoiser's blocks have their frozen weights in main memory, and are
    /// fetched before their turn: less of a GPU's memory, more time. At most all blocks but two (SDXL has 16 that can,
    /// SD1.x and SD2.x 21), and with <c>gradient_checkpointing</c> alone. A CPU has nothing to swap to. sd-scripts has
    /// it for other families.
    /// </summary>
    public int BlocksToSwap { get => Get(O.BlocksToSwap); init => Set(O.BlocksToSwap, value); }

    /// <summary><c>seed</c>: The same seed gives the same training.</summary>
    public int Seed { get => Get(O.Seed); init => Set(O.Seed, value); }

    /// <summary><c>gradient_checkpointing</c>: Activations are computed again instead of kept: less memory, more time.</summary>
    public bool GradientCheckpointing { get => Get(O.GradientCheckpointing); init => Set(O.GradientCheckpointing, value); }

    /// <summary><c>xformers</c>: Attention in its memory-efficient form: the engine's fused kernel.</summary>
    public bool Xformers { get => Get(O.Xformers); init => Set(O.Xformers, value); }

    /// <summary>
    /// <c>noise_offset</c>: The strength of a constant per sample and channel that is added to the noise, so that dark
    /// and bright pictures can be learnt.
    /// </summary>
    public double NoiseOffset { get => Get(O.NoiseOffset); init => Set(O.NoiseOffset, value); }

    /// <summary>
    /// <c>noise_offset_random_strength</c>: The strength of each sample's offset is drawn from 0 to
    /// <c>noise_offset</c>.
    /// </summary>
    public bool NoiseOffsetRandomStrength { get => Get(O.NoiseOffsetRandomStrength); init => Set(O.NoiseOffsetRandomStrength, value); }

    /// <summary>
    /// <c>adaptive_noise_scale</c>: This share of the absolute mean of each channel's latents is added to
    /// <c>noise_offset</c>.
    /// </summary>
    public double? AdaptiveNoiseScale { get => Get(O.AdaptiveNoiseScale); init => Set(O.AdaptiveNoiseScale, value); }

    /// <summary><c>multires_noise_iterations</c>: The number of coarser sizes of noise that are added to the noise.</summary>
    public int? MultiresNoiseIterations { get => Get(O.MultiresNoiseIterations); init => Set(O.MultiresNoiseIterations, value); }

    /// <summary><c>multires_noise_discount</c>: The strength of each coarser noise as a share of the one before.</summary>
    public double MultiresNoiseDiscount { get => Get(O.MultiresNoiseDiscount); init => Set(O.MultiresNoiseDiscount, value); }

    /// <summary><c>ip_noise_gamma</c>: The strength of further noise that is added to the latents and is not to be predicted.</summary>
    public double? IpNoiseGamma { get => Get(O.IpNoiseGamma); init => Set(O.IpNoiseGamma, value); }

    /// <summary>
    /// <c>ip_noise_gamma_random_strength</c>: The strength of that noise is drawn for each sample from 0 to
    /// <c>ip_noise_gamma</c>.
    /// </summary>
    public bool IpNoiseGammaRandomStrength { get => Get(O.IpNoiseGammaRandomStrength); init => Set(O.IpNoiseGammaRandomStrength, value); }

    /// <summary><c>min_timestep</c>: The first timestep that is trained; 0 is nearly clean.</summary>
    public int MinTimestep { get => Get(O.MinTimestep); init => Set(O.MinTimestep, value); }

    /// <summary><c>max_timestep</c>: The timestep after the last that is trained.</summary>
    public int MaxTimestep { get => Get(O.MaxTimestep); init => Set(O.MaxTimestep, value); }

    /// <summary>
    /// <c>v_parameterization</c>: The base model predicts velocities, as NoobAI's V-Pred and Stable Diffusion 2.x at
    /// 768 pixels do. Where its files tell, this can only agree; where neither tells, it predicts noise.
    /// </summary>
    public bool? VParameterization { get => Get(O.VParameterization); init => Set(O.VParameterization, value); }

    /// <summary><c>zero_terminal_snr</c>: Nothing of the picture is left at the last timestep.</summary>
    public bool ZeroTerminalSnr { get => Get(O.ZeroTerminalSnr); init => Set(O.ZeroTerminalSnr, value); }

    /// <summary><c>loss_type</c>: The measure of the distance between a prediction and its target.</summary>
    public LossType LossType { get => Get(O.LossType); init => Set(O.LossType, value); }

    /// <summary>
    /// <c>huber_schedule</c>: The dependence of the threshold of the losses <c>huber</c> and <c>smooth_l1</c> on the
    /// timestep.
    /// </summary>
    public HuberSchedule HuberSchedule { get => Get(O.HuberSchedule); init => Set(O.HuberSchedule, value); }

    /// <summary><c>huber_c</c>: The losses <c>huber</c> and <c>smooth_l1</c> grow linearly above this difference.</summary>
    public double HuberC { get => Get(O.HuberC); init => Set(O.HuberC, value); }

    /// <summary><c>huber_scale</c>: A factor of that threshold; <c>huber_schedule</c> <c>snr</c> does not use it.</summary>
    public double HuberScale { get => Get(O.HuberScale); init => Set(O.HuberScale, value); }

    /// <summary><c>min_snr_gamma</c>: The bound on the weight of nearly clean samples in the loss; not set: all weigh the same.</summary>
    public double? MinSnrGamma { get => Get(O.MinSnrGamma); init => Set(O.MinSnrGamma, value); }

    /// <summary><c>debiased_estimation_loss</c>: Noisier samples weigh more in the loss.</summary>
    public bool DebiasedEstimationLoss { get => Get(O.DebiasedEstimationLoss); init => Set(O.DebiasedEstimationLoss, value); }

    /// <summary><c>scale_v_pred_loss_like_noise_pred</c>: Losses of velocities weigh as those of noise would.</summary>
    public bool ScaleVPredLossLikeNoisePred
    {
        get => Get(O.ScaleVPredLossLikeNoisePred);
        init => Set(O.ScaleVPredLossLikeNoisePred, value);
    }

    /// <summary><c>v_pred_like_loss</c>: This share of the loss that a velocity would have is added to that of the noise.</summary>
    public double? VPredLikeLoss { get => Get(O.VPredLikeLoss); init => Set(O.VPredLikeLoss, value); }

    /// <summary><c>optimizer_type</c>: The optimizer.</summary>
    public OptimizerType OptimizerType { get => Get(O.OptimizerType); init => Set(O.OptimizerType, value); }

    /// <summary>
    /// <c>optimizer_args</c>: The optimizer's own settings, KEY=VALUE with spaces between. A key that is not named has
    /// the optimizer's own default.
    /// </summary>
    public KeywordArguments OptimizerArgs { get => Get(O.OptimizerArgs); init => Set(O.OptimizerArgs, value); }

    /// <summary><c>learning_rate</c>: The highest learning rate of the UNet's adapters where <c>unet_lr</c> is not set.</summary>
    public double LearningRate { get => Get(O.LearningRate); init => Set(O.LearningRate, value); }

    /// <summary><c>unet_lr</c>: The highest learning rate of the UNet's adapters; not set: <c>learning_rate</c>.</summary>
    public double? UnetLr { get => Get(O.UnetLr); init => Set(O.UnetLr, value); }

    /// <summary>
    /// <c>text_encoder_lr</c>: The highest learning rate of the text encoder's adapters; of several text encoders one
    /// for all, or one for each.
    /// </summary>
    public TextEncoderRates TextEncoderLr { get => Get(O.TextEncoderLr); init => Set(O.TextEncoderLr, value); }

    /// <summary><c>lr_scheduler</c>: The schedule of the learning rates over the training.</summary>
    public LearningRateSchedule LrScheduler { get => Get(O.LrScheduler); init => Set(O.LrScheduler, value); }

    /// <summary>
    /// <c>lr_scheduler_args</c>: The schedule's own settings, KEY=VALUE with spaces between, texts in quotes:
    /// <c>num_cycles</c> of <c>cosine</c>, whole waves, of which it takes a half by itself; <c>lr_end</c> of
    /// <c>polynomial</c> (1e-7); <c>min_lr</c> of <c>cosine_with_min_lr</c>; <c>warmup_type</c> and <c>decay_type</c>
    /// of <c>warmup_stable_decay</c>, <c>'linear'</c>, <c>'cosine'</c> or <c>'1-sqrt'</c>; <c>step_rules</c> of
    /// <c>piecewise_constant</c>, as <c>step_rules='1:100,0.1:200,0.01'</c>: the factor 1 for the first 100 steps, 0.1
    /// up to step 200, and then 0.01.
    /// </summary>
    public KeywordArguments LrSchedulerArgs { get => Get(O.LrSchedulerArgs); init => Set(O.LrSchedulerArgs, value); }

    /// <summary>
    /// <c>lr_scheduler_num_cycles</c>: The number of falls to 0 of <c>cosine_with_restarts</c>; of half cosines of
    /// <c>cosine_with_min_lr</c> and of the decay of <c>warmup_stable_decay</c>.
    /// </summary>
    public int LrSchedulerNumCycles { get => Get(O.LrSchedulerNumCycles); init => Set(O.LrSchedulerNumCycles, value); }

    /// <summary><c>lr_scheduler_power</c>: The power of the schedule <c>polynomial</c>.</summary>
    public double LrSchedulerPower { get => Get(O.LrSchedulerPower); init => Set(O.LrSchedulerPower, value); }

    /// <summary>
    /// <c>lr_scheduler_timescale</c>: The number of steps over which the schedule <c>inverse_sqrt</c> falls; not set:
    /// as many as the warm-up.
    /// </summary>
    public int? LrSchedulerTimescale { get => Get(O.LrSchedulerTimescale); init => Set(O.LrSchedulerTimescale, value); }

    /// <summary>
    /// <c>lr_scheduler_min_lr_ratio</c>: The lowest learning rate of cosine_with_min_lr and warmup_stable_decay, as a
    /// share of the highest.
    /// </summary>
    public double? LrSchedulerMinLrRatio { get => Get(O.LrSchedulerMinLrRatio); init => Set(O.LrSchedulerMinLrRatio, value); }

    /// <summary>
    /// <c>lr_warmup_steps</c>: The stretch over which the learning rates rise from 0 at first. <c>auto</c>: an epoch,
    /// but at most half of the training.
    /// </summary>
    public TrainingLength LrWarmupSteps { get => Get(O.LrWarmupSteps); init => Set(O.LrWarmupSteps, value); }

    /// <summary><c>lr_decay_steps</c>: The stretch over which the learning rates of <c>warmup_stable_decay</c> fall at the end.</summary>
    public TrainingLength LrDecaySteps { get => Get(O.LrDecaySteps); init => Set(O.LrDecaySteps, value); }

    /// <summary><c>max_grad_norm</c>: Longer gradients, over all weights together, are scaled down to this length; 0: none is.</summary>
    public double MaxGradNorm { get => Get(O.MaxGradNorm); init => Set(O.MaxGradNorm, value); }

    /// <summary>
    /// <c>algo</c>: The kind of adapter: LyCORIS' <c>loha</c>, <c>locon</c> and <c>lokr</c>, or <c>lora</c> as
    /// sd-scripts' own <c>networks.lora</c>.
    /// </summary>
    public AdapterAlgorithm Algo { get => Get(O.Algo); init => Set(O.Algo, value); }

    /// <summary>
    /// <c>preset</c>: The layers that get adapters: LyCORIS' presets, or a list of its classes of modules and of
    /// layers' names, such as <c>CrossAttention, mid_block.*</c>. With <c>lora</c>, <c>full</c> means the layers of
    /// <c>networks.lora</c>. See Adapters.
    /// </summary>
    public AdapterPreset Preset { get => Get(O.Preset); init => Set(O.Preset, value); }

    /// <summary><c>network_dim</c>: The rank of the adapters of linear layers and 1x1 convolutions.</summary>
    public int NetworkDim { get => Get(O.NetworkDim); init => Set(O.NetworkDim, value); }

    /// <summary><c>network_alpha</c>: The changes of those layers are scaled by alpha over rank.</summary>
    public double NetworkAlpha { get => Get(O.NetworkAlpha); init => Set(O.NetworkAlpha, value); }

    /// <summary><c>conv_dim</c>: The rank of the adapters of larger convolutions; 0, the default of <c>lora</c>: they get none.</summary>
    public int ConvDim { get => Get(O.ConvDim); init => Set(O.ConvDim, value); }

    /// <summary><c>conv_alpha</c>: The changes of larger convolutions are scaled by it over their rank.</summary>
    public double ConvAlpha { get => Get(O.ConvAlpha); init => Set(O.ConvAlpha, value); }

    /// <summary><c>network_train_unet_only</c>: The text encoder gets no adapters.</summary>
    public bool NetworkTrainUnetOnly { get => Get(O.NetworkTrainUnetOnly); init => Set(O.NetworkTrainUnetOnly, value); }

    /// <summary>
    /// <c>network_dropout</c>: The share of values that adapters drop: of the low-rank ones with <c>lora</c>, of what
    /// is added to a layer's output with the others.
    /// </summary>
    public double NetworkDropout { get => Get(O.NetworkDropout); init => Set(O.NetworkDropout, value); }

    /// <summary>
    /// <c>rank_dropout</c>: The share of ranks (<c>lora</c>), or of the change's output channels (the others), that are
    /// dropped at each step.
    /// </summary>
    public double RankDropout { get => Get(O.RankDropout); init => Set(O.RankDropout, value); }

    /// <summary><c>module_dropout</c>: The probability that an adapter is left out of a step.</summary>
    public double ModuleDropout { get => Get(O.ModuleDropout); init => Set(O.ModuleDropout, value); }

    /// <summary><c>dora_wd</c>: Weight decomposition (DoRA): length and direction of a layer's weights are learnt apart.</summary>
    public bool DoraWd { get => Get(O.DoraWd); init => Set(O.DoraWd, value); }

    /// <summary>
    /// <c>wd_on_output</c>: With <c>dora_wd</c>: the lengths are those of the output channels' weights, otherwise of
    /// the input channels'. <c>true</c> is LyCORIS' own default, which ComfyUI and A1111 compute wrongly, so that it
    /// warns (LB5010). See Adapters.
    /// </summary>
    public bool WdOnOutput { get => Get(O.WdOnOutput); init => Set(O.WdOnOutput, value); }

    /// <summary>
    /// <c>use_tucker</c>: Larger convolutions are decomposed as Tucker does: their kernel is a small tensor of its own.
    /// With <c>lokr</c>, neither LyCORIS nor ComfyUI reads the file (LB5010).
    /// </summary>
    public bool UseTucker { get => Get(O.UseTucker); init => Set(O.UseTucker, value); }

    /// <summary><c>use_scalar</c>: Each adapter is scaled by a learnt number that starts at 0.</summary>
    public bool UseScalar { get => Get(O.UseScalar); init => Set(O.UseScalar, value); }

    /// <summary>
    /// <c>train_norm</c>: The UNet's normalisations learn, too: changes of their gains and biases, <c>w_norm</c> and
    /// <c>b_norm</c> in the file. Of those layers that <c>preset</c> has.
    /// </summary>
    public bool TrainNorm { get => Get(O.TrainNorm); init => Set(O.TrainNorm, value); }

    /// <summary><c>rs_lora</c>: Changes are scaled by alpha over the rank's square root.</summary>
    public bool RsLora { get => Get(O.RsLora); init => Set(O.RsLora, value); }

    /// <summary>
    /// <c>factor</c>: With <c>lokr</c>: the largest size of the smaller Kronecker factor; -1: as near to the square
    /// root as divides.
    /// </summary>
    public int Factor { get => Get(O.Factor); init => Set(O.Factor, value); }

    /// <summary><c>decompose_both</c>: With <c>lokr</c>: the smaller Kronecker factor is a low-rank product too.</summary>
    public bool DecomposeBoth { get => Get(O.DecomposeBoth); init => Set(O.DecomposeBoth, value); }

    /// <summary><c>full_matrix</c>: With <c>lokr</c>: neither Kronecker factor is a low-rank product.</summary>
    public bool FullMatrix { get => Get(O.FullMatrix); init => Set(O.FullMatrix, value); }

    /// <summary><c>unbalanced_factorization</c>: With <c>lokr</c>: the output's sizes of both Kronecker factors are swapped.</summary>
    public bool UnbalancedFactorization { get => Get(O.UnbalancedFactorization); init => Set(O.UnbalancedFactorization, value); }

    /// <summary>
    /// <c>down_lr_weight</c>: The factor of the learning rate in the UNet's blocks on the way down, 9 in SDXL, 12 in
    /// others. Blocks with 0 get no adapters.
    /// </summary>
    public BlockValues? DownLrWeight { get => Get(O.DownLrWeight); init => Set(O.DownLrWeight, value); }

    /// <summary><c>mid_lr_weight</c>: The same for the blocks between, 3 in SDXL, 1 in others.</summary>
    public BlockValues? MidLrWeight { get => Get(O.MidLrWeight); init => Set(O.MidLrWeight, value); }

    /// <summary><c>up_lr_weight</c>: The same for the blocks on the way up.</summary>
    public BlockValues? UpLrWeight { get => Get(O.UpLrWeight); init => Set(O.UpLrWeight, value); }

    /// <summary>
    /// <c>block_dims</c>: The UNet's <c>network_dim</c> block by block: 12 down, the one between, 12 up. In SDXL one
    /// that has no effect, 9 down, 3 between, 9 up, and one that has no effect.
    /// </summary>
    public BlockValues? BlockDims { get => Get(O.BlockDims); init => Set(O.BlockDims, value); }

    /// <summary><c>block_alphas</c>: The UNet's <c>network_alpha</c> block by block.</summary>
    public BlockValues? BlockAlphas { get => Get(O.BlockAlphas); init => Set(O.BlockAlphas, value); }

    /// <summary><c>conv_block_dims</c>: <c>conv_dim</c> block by block.</summary>
    public BlockValues? ConvBlockDims { get => Get(O.ConvBlockDims); init => Set(O.ConvBlockDims, value); }

    /// <summary><c>conv_block_alphas</c>: <c>conv_alpha</c> block by block.</summary>
    public BlockValues? ConvBlockAlphas { get => Get(O.ConvBlockAlphas); init => Set(O.ConvBlockAlphas, value); }

    /// <summary>
    /// <c>loraplus_lr_ratio</c>: LoRA+: the factor of the learning rate of <c>lora_up</c>, of <c>hada_w2_a</c> with
    /// <c>loha</c>, of <c>lokr_w1</c> with <c>lokr</c>.
    /// </summary>
    public double? LoraplusLrRatio { get => Get(O.LoraplusLrRatio); init => Set(O.LoraplusLrRatio, value); }

    /// <summary><c>loraplus_unet_lr_ratio</c>: The same in the UNet; not set: <c>loraplus_lr_ratio</c>.</summary>
    public double? LoraplusUnetLrRatio { get => Get(O.LoraplusUnetLrRatio); init => Set(O.LoraplusUnetLrRatio, value); }

    /// <summary><c>loraplus_text_encoder_lr_ratio</c>: The same in text encoders; not set: <c>loraplus_lr_ratio</c>.</summary>
    public double? LoraplusTextEncoderLrRatio
    {
        get => Get(O.LoraplusTextEncoderLrRatio);
        init => Set(O.LoraplusTextEncoderLrRatio, value);
    }

    /// <summary>
    /// <c>scale_weight_norms</c>: The longest change of a layer's weight (L2 norm): after each step, longer ones are
    /// scaled down to it.
    /// </summary>
    public double? ScaleWeightNorms { get => Get(O.ScaleWeightNorms); init => Set(O.ScaleWeightNorms, value); }

    /// <summary><c>network_weights</c>: A LoRA file whose weights the training starts from.</summary>
    public string? NetworkWeights { get => Get(O.NetworkWeights); init => Set(O.NetworkWeights, value); }

    /// <summary><c>dim_from_weights</c>: Layers, kinds, ranks and alphas are those of <c>network_weights</c>.</summary>
    public bool DimFromWeights { get => Get(O.DimFromWeights); init => Set(O.DimFromWeights, value); }

    /// <summary>
    /// <c>validation_split</c>: The share of each group's pictures that is not trained on but measured after each
    /// epoch.
    /// </summary>
    public double ValidationSplit { get => Get(O.ValidationSplit); init => Set(O.ValidationSplit, value); }

    /// <summary><c>validation_seed</c>: The seed of the choice of these pictures, and of their noise; not set: <c>seed</c>.</summary>
    public int? ValidationSeed { get => Get(O.ValidationSeed); init => Set(O.ValidationSeed, value); }

    /// <summary><c>validate_every_n_steps</c>: They are also measured after every n steps.</summary>
    public int? ValidateEveryNSteps { get => Get(O.ValidateEveryNSteps); init => Set(O.ValidateEveryNSteps, value); }

    /// <summary><c>validate_every_n_epochs</c>: They are measured after every n epochs; not set: after each.</summary>
    public int? ValidateEveryNEpochs { get => Get(O.ValidateEveryNEpochs); init => Set(O.ValidateEveryNEpochs, value); }

    /// <summary><c>max_validation_steps</c>: The most pictures that are measured.</summary>
    public int? MaxValidationSteps { get => Get(O.MaxValidationSteps); init => Set(O.MaxValidationSteps, value); }

    /// <summary>
    /// <c>sample_prompts</c>: A file of prompts that are drawn as the training goes on, into <c>bin/samples</c>: see
    /// Previews.
    /// </summary>
    public string? SamplePrompts { get => Get(O.SamplePrompts); init => Set(O.SamplePrompts, value); }

    /// <summary>
    /// <c>sample_every_n_epochs</c>: They are drawn after every n epochs; not set: after each, unless
    /// <c>sample_every_n_steps</c> is.
    /// </summary>
    public int? SampleEveryNEpochs { get => Get(O.SampleEveryNEpochs); init => Set(O.SampleEveryNEpochs, value); }

    /// <summary><c>sample_every_n_steps</c>: They are drawn after every n steps, where <c>sample_every_n_epochs</c> is not set.</summary>
    public int? SampleEveryNSteps { get => Get(O.SampleEveryNSteps); init => Set(O.SampleEveryNSteps, value); }

    /// <summary><c>sample_at_first</c>: They are also drawn before the first step.</summary>
    public bool SampleAtFirst { get => Get(O.SampleAtFirst); init => Set(O.SampleAtFirst, value); }

    /// <summary>
    /// <c>sample_sampler</c>: The sampler of prompts that name none. <c>dpmsolver++</c> is DPM++ 2M with Karras' noise
    /// levels.
    /// </summary>
    public SamplerKind SampleSampler { get => Get(O.SampleSampler); init => Set(O.SampleSampler, value); }

    /// <summary><c>logging_dir</c>: A folder for TensorBoard's event files: losses and learning rates, a folder a run.</summary>
    public string? LoggingDir { get => Get(O.LoggingDir); init => Set(O.LoggingDir, value); }

    /// <summary><c>log_prefix</c>: The beginning of the names of those folders, before the time.</summary>
    public string? LogPrefix { get => Get(O.LogPrefix); init => Set(O.LogPrefix, value); }
}
