using System.Collections.Frozen;

namespace LoraBuild.Settings.SdScripts;

/// <summary>What sd-scripts' <c>train_network.py</c> and LyCORIS know by name, and where their defaults are others than LoraBuild's.</summary>
public static class SdScriptsOptions
{
    /// <summary>Options of the dataset configuration's tables that describe the dataset itself, which here is the project.</summary>
    public static readonly FrozenSet<string> OfDatasets = Words(
        """
        cache_info caption_extension class_tokens conditioning_data_dir custom_attributes face_crop_aug_range image_dir is_reg metadata_file
        network_multiplier num_repeats subsets validation_seed validation_split
        """);

    /// <summary>Options that a dataset configuration may set for all its folders; the others stand in the training configuration.</summary>
    public static readonly FrozenSet<string> InDatasets = Words(
        """
        bucket_no_upscale bucket_reso_steps caption_dropout_every_n_epochs caption_dropout_rate caption_prefix caption_separator caption_suffix
        caption_tag_dropout_rate color_aug enable_bucket enable_wildcard flip_aug keep_tokens keep_tokens_separator max_bucket_reso
        min_bucket_reso random_crop resize_interpolation resolution secondary_separator shuffle_caption token_warmup_min token_warmup_step
        """);

    /// <summary>LyCORIS' options, which stand in <c>network_args</c>.</summary>
    public static readonly FrozenSet<string> OfNetworks = Words(
        """
        algo block_size bypass_mode constraint conv_alpha conv_dim decompose_both disable_conv_cp dora_wd dropout factor full_matrix
        loraplus_lr_ratio loraplus_text_encoder_lr_ratio loraplus_unet_lr_ratio module_dropout preset rank_dropout rescaled rs_lora train_norm
        train_t5xxl unbalanced_factorization use_conv_cp use_cp use_scalar use_tucker wd_on_output
        down_lr_weight mid_lr_weight up_lr_weight block_lr_zero_threshold block_dims block_alphas conv_block_dims conv_block_alphas
        """);

    /// <summary>Every other option of <c>train_network.py</c>.</summary>
    public static readonly FrozenSet<string> OfTraining = Words(
        """
        adaptive_noise_scale alpha_mask async_upload base_weights base_weights_multiplier cache_info cache_latents cache_latents_to_disk
        cache_text_encoder_outputs cache_text_encoder_outputs_to_disk caption_extension caption_extention clip_skip conditioning_data_dir
        config_file console_log_file console_log_level console_log_simple cpu_offload_checkpointing dataset_class dataset_config dataset_repeats
        ddp_gradient_as_bucket_view ddp_static_graph ddp_timeout debiased_estimation_loss debug_dataset deepspeed dim_from_weights
        disable_mmap_load_safetensors dynamo_backend face_crop_aug_range fp16_master_weights_and_gradients fp8_base fp8_base_unet full_bf16
        full_fp16 fused_backward_pass gradient_accumulation_steps gradient_checkpointing highvram huber_c huber_scale huber_schedule
        huggingface_path_in_repo huggingface_repo_id huggingface_repo_type huggingface_repo_visibility huggingface_token in_json initial_epoch
        initial_step ip_noise_gamma ip_noise_gamma_random_strength learning_rate log_config log_prefix log_tracker_config log_tracker_name
        log_with logging_dir loss_type lowram lr_decay_steps lr_scheduler lr_scheduler_args lr_scheduler_min_lr_ratio lr_scheduler_num_cycles
        lr_scheduler_power lr_scheduler_timescale lr_scheduler_type lr_warmup_steps masked_loss max_data_loader_n_workers max_grad_norm
        max_timestep max_token_length max_train_epochs max_train_steps max_validation_steps mem_eff_attn metadata_author metadata_description
        metadata_license metadata_merged_from metadata_tags metadata_title metadata_trigger_phrase
        metadata_is_negative_embedding metadata_thumbnail metadata_usage_hint min_snr_gamma min_timestep mixed_precision
        multires_noise_discount multires_noise_iterations network_alpha network_args network_dim network_dropout network_module
        network_train_text_encoder_only network_train_unet_only network_weights no_half_vae no_metadata noise_offset
        noise_offset_random_strength offload_optimizer_device offload_optimizer_nvme_path offload_param_device offload_param_nvme_path
        optimizer_args optimizer_schedulefree_wrapper optimizer_type output_config output_dir output_name persistent_data_loader_workers pretrained_model_name_or_path
        prior_loss_weight reg_data_dir resume resume_from_huggingface sample_at_first sample_every_n_epochs sample_every_n_steps sample_prompts
        sample_sampler save_every_n_epochs save_every_n_steps save_last_n_epochs save_last_n_epochs_state save_last_n_steps
        save_last_n_steps_state save_model_as save_n_epoch_ratio save_precision save_state save_state_on_train_end save_state_to_huggingface
        scale_v_pred_loss_like_noise_pred scale_weight_norms schedulefree_wrapper_args sdpa seed skip_cache_check skip_until_initial_step text_encoder_batch_size
        text_encoder_lr tokenizer_cache_dir torch_compile train_batch_size train_data_dir training_comment unet_lr use_8bit_adam
        use_lion_optimizer use_safetensors v2 v_parameterization v_pred_like_loss vae vae_batch_size validate_every_n_epochs
        validate_every_n_steps validation_seed validation_split wandb_api_key wandb_run_name weighted_captions xformers zero3_init_flag
        zero3_save_16bit_model zero_stage zero_terminal_snr
        """);

    /// <summary>What an option is for sd-scripts where its configuration says nothing, if that is another value than here.</summary>
    public static readonly FrozenDictionary<string, string> Defaults = new Dictionary<string, string>
    {
        ["bucket_no_upscale"] = "false",
        ["enable_bucket"] = "false",
        ["gradient_checkpointing"] = "false",
        ["learning_rate"] = "2E-06",
        ["lr_scheduler"] = "constant",
        ["lr_scheduler_num_cycles"] = "1",
        ["lr_warmup_steps"] = "0",
        ["max_token_length"] = "75",
        ["max_train_steps"] = "1600",
        ["mixed_precision"] = "no",
        ["network_alpha"] = "1",
        ["noise_offset"] = "0",
        ["optimizer_type"] = "adamw",
        ["persistent_data_loader_workers"] = "false",
        ["random_crop"] = "false",
        ["save_every_n_epochs"] = "0",
        ["save_precision"] = "float",
        ["shuffle_caption"] = "false",
        ["train_batch_size"] = "1",
        ["xformers"] = "false",
    }.ToFrozenDictionary();

    private static FrozenSet<string> Words(string text) =>
        text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);
}
