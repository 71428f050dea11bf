using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using LoraBuild.Base.Geometry;
using LoraBuild.Dataset.Manifest;
using LoraBuild.Settings;
using LoraBuild.Training.Data;
using LoraBuild.Training.Jobs;
using LoraBuild.Training.Schedules;
using LoraBuild.Training.Validation;

namespace LoraBuild.Training.Metadata;

/// <summary>
/// The <c>ss_*</c> and <c>modelspec.*</c> entries that sd-scripts writes into a LoRA file, which user interfaces and other tools read. All
/// values are texts as Python writes them. What would differ between two runs of the same training (times, host) is left out.
/// </summary>
public static class TrainingMetadata
{
    /// <summary>The entries, ordered by name, but for the hashes of the tensors.</summary>
    /// <param name="job">The training.</param>
    /// <param name="dataset">The pictures in their buckets.</param>
    /// <param name="plan">The training's length.</param>
    /// <param name="model">The base model.</param>
    /// <param name="precision">The number format that the training computed in.</param>
    /// <param name="steps">Steps done.</param>
    /// <param name="epoch">The epoch that the file was written in, from 1.</param>
    public static IReadOnlyDictionary<string, string> For(
        TrainingJob job, TrainingDataset dataset, TrainingPlan plan, BaseModelFacts model, ModelPrecision precision, int steps, int epoch)
    {
        var entries = new SortedDictionary<string, string>(StringComparer.Ordinal);
        AddTraining(entries, job, plan, precision, steps, epoch);
        AddNoiseAndLoss(entries, job.Settings);
        AddOptimizer(entries, job.Settings);
        AddValidation(entries, job);
        AddDataset(entries, job, dataset);
        AddUnused(entries);
        entries["ss_sd_model_name"] = model.Name;
        entries["ss_sd_model_hash"] = model.Hash;
        entries["ss_new_sd_model_hash"] = model.Sha256;
        if (model.Vae is { } vae)
            (entries["ss_vae_name"], entries["ss_vae_hash"], entries["ss_new_vae_hash"]) = (vae.Name, vae.Hash, vae.Sha256);
        AddModelSpec(entries, job);
        foreach (var (name, value) in model.OfFamily)
            entries[name] = value;
        return job.Settings.NoMetadata ? entries.Where(entry => IsNeeded(entry.Key)).ToDictionary() : entries;
    }

    // sd-scripts' SS_METADATA_MINIMUM_KEYS, which stay with no_metadata.
    private static bool IsNeeded(string name) => name.StartsWith("modelspec.", StringComparison.Ordinal)
        || name is "ss_v2" or "ss_base_model_version" or "ss_network_module" or "ss_network_dim" or "ss_network_alpha" or "ss_network_args";

    private static void AddTraining(
        SortedDictionary<string, string> entries, TrainingJob job, TrainingPlan plan, ModelPrecision precision, int steps, int epoch)
    {
        var settings = job.Settings;
        entries["ss_output_name"] = job.OutputName;
        entries["ss_training_comment"] = settings.TrainingComment ?? "None";
        entries["ss_num_train_images"] = Text(ValidationSplit.Of(job.Manifest, settings).Training.SamplesPerEpoch);
        entries["ss_num_batches_per_epoch"] = Text(plan.BatchesPerEpoch);
        entries["ss_num_epochs"] = Text(plan.Epochs);
        entries["ss_max_train_steps"] = Text(plan.TotalSteps);
        entries["ss_lr_warmup_steps"] = Text(plan.WarmupSteps);
        entries["ss_steps"] = Text(steps);
        entries["ss_epoch"] = Text(epoch);
        entries["ss_batch_size_per_device"] = Text(settings.TrainBatchSize);
        entries["ss_total_batch_size"] = Text(settings.TrainBatchSize * settings.GradientAccumulationSteps);
        entries["ss_gradient_accumulation_steps"] = Text(settings.GradientAccumulationSteps);
        entries["ss_gradient_checkpointing"] = Text(settings.GradientCheckpointing);
        entries["ss_mixed_precision"] = precision switch { ModelPrecision.Float16 => "fp16", ModelPrecision.BFloat16 => "bf16", _ => "no" };
        entries["ss_full_fp16"] = Text(settings.FullFp16);
        entries["ss_fp8_base"] = Text(settings.Fp8Base);
        entries["ss_fp8_base_unet"] = Text(settings.Fp8BaseUnet);
        entries["ss_clip_skip"] = Text(settings.ClipSkip);
        entries["ss_max_token_length"] = Text(settings.MaxTokenLength);
        entries["ss_seed"] = Text(settings.Seed);
        entries["ss_network_module"] = NetworkArguments.Module(settings);
        entries["ss_network_dim"] = Text(settings.NetworkDim);
        entries["ss_network_alpha"] = Text(settings.NetworkAlpha);
        entries["ss_network_dropout"] = settings.NetworkDropout > 0 ? Text(settings.NetworkDropout) : "None";
        entries["ss_scale_weight_norms"] = Text(settings.ScaleWeightNorms);
        if (NetworkArguments.Of(settings) is { Count: > 0 } arguments)
            entries["ss_network_args"] = Json(NetworkArgs(arguments, settings));
    }

    // sd-scripts adds its network_dropout for LyCORIS to what the author wrote.
    private static JsonObject NetworkArgs(IReadOnlyList<(string Name, string Value)> arguments, TrainingSettings settings)
    {
        var json = new JsonObject(arguments.Select(argument => KeyValuePair.Create<string, JsonNode?>(argument.Name, argument.Value)));
        if (!settings.DimFromWeights)
            json["dropout"] = settings.NetworkDropout > 0 ? settings.NetworkDropout : null;
        return json;
    }

    private static void AddNoiseAndLoss(SortedDictionary<string, string> entries, TrainingSettings settings)
    {
        entries["ss_noise_offset"] = Text(settings.NoiseOffset);
        entries["ss_noise_offset_random_strength"] = Text(settings.NoiseOffsetRandomStrength);
        entries["ss_adaptive_noise_scale"] = Text(settings.AdaptiveNoiseScale);
        entries["ss_multires_noise_iterations"] = Text(settings.MultiresNoiseIterations);
        entries["ss_multires_noise_discount"] = Text(settings.MultiresNoiseDiscount);
        entries["ss_ip_noise_gamma"] = Text(settings.IpNoiseGamma);
        entries["ss_ip_noise_gamma_random_strength"] = Text(settings.IpNoiseGammaRandomStrength);
        entries["ss_zero_terminal_snr"] = Text(settings.ZeroTerminalSnr);
        entries["ss_min_snr_gamma"] = Text(settings.MinSnrGamma);
        entries["ss_debiased_estimation"] = Text(settings.DebiasedEstimationLoss);
        entries["ss_loss_type"] = settings.Text(Options.LossType);
        entries["ss_huber_schedule"] = settings.Text(Options.HuberSchedule);
        entries["ss_huber_c"] = Text(settings.HuberC);
        entries["ss_huber_scale"] = Text(settings.HuberScale);
    }

    private static void AddValidation(SortedDictionary<string, string> entries, TrainingJob job)
    {
        var settings = job.Settings;
        entries["ss_validation_split"] = Text(settings.ValidationSplit);
        entries["ss_validation_seed"] = Text(settings.ValidationSeed);
        entries["ss_max_validation_steps"] = Text(settings.MaxValidationSteps);
        entries["ss_validate_every_n_epochs"] = Text(settings.ValidateEveryNEpochs);
        entries["ss_validate_every_n_steps"] = Text(settings.ValidateEveryNSteps);
        entries["ss_num_validation_images"] = Text(ValidationSplit.Of(job.Manifest, settings).Validation.SamplesPerEpoch);
    }

    private static void AddOptimizer(SortedDictionary<string, string> entries, TrainingSettings settings)
    {
        var optimizer = settings.OptimizerType;
        var arguments = settings.OptimizerArgs.Values.ToList();
        if (optimizer.Implied is { } implied && arguments.All(argument => argument.Key != implied.Key))
            arguments.Add(implied);
        var told = string.Join(',', arguments.Select(argument => $"{argument.Key}={PythonText(argument.Value)}"));
        entries["ss_optimizer"] = optimizer.Library + (told.Length > 0 ? $"({told})" : "");
        entries["ss_text_encoder_lr"] = settings.TextEncoderLr.Values is [var only]
            ? Text(only)
            : $"[{string.Join(", ", settings.TextEncoderLr.Values.Select(Text))}]";
        var ownRates = optimizer.HasOwnRates(settings.OptimizerArgs);
        entries["ss_learning_rate"] = ownRates ? "None" : Text(settings.LearningRate);
        entries["ss_unet_lr"] = ownRates ? "None" : Text(settings.UnetLr ?? settings.LearningRate);
        entries["ss_lr_scheduler"] = ownRates
            ? $"{optimizer.Name.ToLowerInvariant()}:{Text(settings.LearningRate)}"
            : settings.Text(Options.LrScheduler);
        entries["ss_max_grad_norm"] = Text(settings.MaxGradNorm);
    }

    private static void AddDataset(SortedDictionary<string, string> entries, TrainingJob job, TrainingDataset dataset)
    {
        var settings = job.Settings;
        entries["ss_resolution"] = $"({Text(settings.TrainedResolution.Width)}, {Text(settings.TrainedResolution.Height)})";
        entries["ss_enable_bucket"] = Text(settings.EnableBucket);
        entries["ss_bucket_no_upscale"] = Text(settings.EnableBucket && settings.BucketNoUpscale);
        var steps = settings.BucketResoSteps;
        entries["ss_min_bucket_reso"] = settings.EnableBucket ? Text(settings.MinBucketReso / steps * steps) : "None";
        entries["ss_max_bucket_reso"] = settings.EnableBucket ? Text((settings.MaxBucketReso + steps - 1) / steps * steps) : "None";
        entries["ss_random_crop"] = Text(settings.RandomCrop);
        entries["ss_flip_aug"] = Text(settings.FlipAug);
        entries["ss_color_aug"] = Text(settings.ColorAug);
        entries["ss_shuffle_caption"] = Text(settings.ShuffleCaption);
        entries["ss_keep_tokens"] = Text(settings.KeepTokens);
        entries["ss_caption_dropout_rate"] = Text(settings.CaptionDropoutRate);
        entries["ss_caption_dropout_every_n_epochs"] = Text(settings.CaptionDropoutEveryNEpochs);
        entries["ss_caption_tag_dropout_rate"] = Text(settings.CaptionTagDropoutRate);
        entries["ss_prior_loss_weight"] = Text(settings.PriorLossWeight);
        entries["ss_cache_latents"] = Text(settings.UsesCachedLatents);
        var ofClass = job.Manifest.Groups.Where(group => group.IsRegularization).ToList();
        entries["ss_num_reg_images"] = Text(ofClass.Sum(group => group.Repeats * group.Pictures.Count));
        entries["ss_dataset_dirs"] = Json(Object(job.Manifest.Groups.Except(ofClass), Folder));
        entries["ss_reg_dataset_dirs"] = Json(Object(ofClass, Folder));
        // Every folder, hers first. A1111 adds up all of them and shows the most frequent tags: with regularisation images', of which there
        // are more, hers and her trigger word would not be among them, so that their folders stand here without tags.
        entries["ss_tag_frequency"] = Json(Object(
            job.Manifest.Groups.Except(ofClass).Concat(ofClass).DistinctBy(group => Path.GetFileName(group.Folder)),
            group => Frequencies(group.IsRegularization ? [] : group.Pictures)));
        entries["ss_bucket_info"] = settings.EnableBucket ? Json(BucketInfo(dataset)) : "null";
    }

    // What sd-scripts always names, with its value for what LoraBuild does not do.
    private static void AddUnused(SortedDictionary<string, string> entries)
    {
        entries["ss_lowram"] = "False";
        foreach (var name in (string[])["face_crop_aug_range", "resize_interpolation"])
            entries[$"ss_{name}"] = "None";
    }

    // Stability AI's ModelSpec 1.0.1.
    private static void AddModelSpec(SortedDictionary<string, string> entries, TrainingJob job)
    {
        entries["modelspec.sai_model_spec"] = "1.0.1";
        entries["modelspec.implementation_version"] = $"LoraBuild/{typeof(TrainingMetadata).Assembly.GetName().Version!.ToString(3)}";
        entries["modelspec.title"] = job.Settings.MetadataTitle ?? job.OutputName;
        foreach (var (name, value) in ((string, string?)[])
            [
                ("author", job.Settings.MetadataAuthor), ("description", job.Settings.MetadataDescription),
                ("license", job.Settings.MetadataLicense), ("tags", job.Settings.MetadataTags),
            ])
        {
            if (value is not null)
                entries[$"modelspec.{name}"] = value;
        }

        entries["modelspec.resolution"] = job.Settings.TrainedResolution.ToString();
        entries["modelspec.trigger_phrase"] = string.Join(", ", job.Manifest.Triggers);
        if (job.Settings.ClipSkip is { } clipSkip)
            entries["modelspec.encoder_layer"] = Text(clipSkip);
    }

    private static JsonObject Folder(DatasetGroup group) => new() { ["n_repeats"] = group.Repeats, ["img_count"] = group.Pictures.Count };

    private static JsonObject BucketInfo(TrainingDataset dataset) => new()
    {
        ["buckets"] = new JsonObject(dataset.Buckets.Select((bucket, i) => KeyValuePair.Create<string, JsonNode?>(Text(i), new JsonObject
        {
            ["resolution"] = Pair(bucket.Size), ["count"] = bucket.Samples.Count,
        }))),
        ["mean_img_ar_error"] = dataset.Pictures.Average(picture => Math.Abs(picture.Placement.AspectRatioError)),
    };

    private static JsonObject Frequencies(IEnumerable<DatasetPicture> pictures) => new(pictures
        .SelectMany(picture => picture.Caption.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        .GroupBy(tag => tag.ToLowerInvariant())
        .Select(tag => KeyValuePair.Create<string, JsonNode?>(tag.Key, tag.Count())));

    private static JsonObject Object(IEnumerable<DatasetGroup> groups, Func<DatasetGroup, JsonNode> value) =>
        new(groups.Select(group => KeyValuePair.Create<string, JsonNode?>(Path.GetFileName(group.Folder), value(group))));

    private static JsonArray Pair(PixelSize size) => new(size.Width, size.Height);

    private static string Json(JsonNode node) => node.ToJsonString(JsonSerializerOptions.Default);

    private static string Text(bool value) => value ? "True" : "False";

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Text(int? value) => value is { } number ? Text(number) : "None";

    private static string Text(double? value) => value is { } number ? Text(number) : "None";

    // An optimizer's argument: a whole number stays one, and two numbers are a tuple.
    private static string PythonText(string value)
    {
        var parts = value.Split(',').Select(part =>
            double.TryParse(part, CultureInfo.InvariantCulture, out var number) && number != Math.Floor(number) ? Text(number) : part)
                .ToList();
        return parts.Count == 1 ? parts[0] : $"({string.Join(", ", parts)})";
    }

    // Python's repr: a whole number has its ".0", and exponents are lower-case with two digits.
    private static string Text(double value)
    {
        if (value == Math.Floor(value) && Math.Abs(value) < 1e16)
            return value.ToString("0.0", CultureInfo.InvariantCulture);
        return (Math.Abs(value) < 1e-4
            ? value.ToString("R", CultureInfo.InvariantCulture)
            : ((decimal)value).ToString(CultureInfo.InvariantCulture))
            .Replace('E', 'e');
    }
}
