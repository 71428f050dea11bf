using System.Collections.Frozen;

namespace LoraBuild.Settings.SdScripts;

/// <summary>
/// The names that sd-scripts' <c>train_network.py</c> and LyCORIS know and that are no <see cref="Options"/>: a project says them
/// elsewhere, the training is the same without them, or LoraBuild does not have them.
/// </summary>
internal static class OtherNames
{
    /// <summary>Names in the dataset configuration's tables that describe the dataset itself, which here is the project.</summary>
    public static readonly FrozenSet<string> OfDatasets = Words(
        """
        cache_info caption_extension class_tokens conditioning_data_dir custom_attributes face_crop_aug_range image_dir is_reg metadata_file
        network_multiplier num_repeats subsets validation_seed validation_split
        """);

    /// <summary>Further names that a dataset configuration may set for all its folders.</summary>
    public static readonly FrozenSet<string> InDatasets = Words("resize_interpolation");

    /// <summary>Further names in <c>network_args</c>.</summary>
    public static readonly FrozenSet<string> OfNetworks = Words(
        """
        block_lr_zero_threshold block_size bypass_mode constraint disable_conv_cp dropout rescaled train_t5xxl use_conv_cp use_cp
        """);

    /// <summary>Further names in a training configuration.</summary>
    public static readonly FrozenSet<string> OfTraining = Words(
        """
        async_upload base_weights base_weights_multiplier cache_info
        caption_extension caption_extention conditioning_data_dir config_file console_log_file console_log_level console_log_simple
        cpu_offload_checkpointing dataset_class dataset_config dataset_repeats ddp_gradient_as_bucket_view ddp_static_graph ddp_timeout
        debug_dataset deepspeed disable_mmap_load_safetensors dynamo_backend face_crop_aug_range fp16_master_weights_and_gradients
        fused_backward_pass highvram huggingface_path_in_repo huggingface_repo_id huggingface_repo_type
        huggingface_repo_visibility huggingface_token in_json initial_epoch initial_step log_config log_tracker_config log_tracker_name
        log_with lowram lr_scheduler_type mem_eff_attn metadata_is_negative_embedding
        metadata_merged_from metadata_thumbnail metadata_trigger_phrase metadata_usage_hint
        network_args network_module network_train_text_encoder_only no_half_vae offload_optimizer_device
        offload_optimizer_nvme_path offload_param_device offload_param_nvme_path optimizer_schedulefree_wrapper output_config output_dir
        output_name pretrained_model_name_or_path reg_data_dir resume_from_huggingface save_model_as save_n_epoch_ratio
        save_state_to_huggingface schedulefree_wrapper_args sdpa skip_cache_check skip_until_initial_step text_encoder_batch_size
        tokenizer_cache_dir torch_compile train_data_dir use_8bit_adam use_lion_optimizer use_safetensors vae wandb_api_key
        wandb_run_name zero3_init_flag zero3_save_16bit_model zero_stage
        """);

    private static FrozenSet<string> Words(string text) =>
        text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);
}
