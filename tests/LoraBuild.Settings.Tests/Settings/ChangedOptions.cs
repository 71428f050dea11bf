using LoraBuild.Settings;

namespace LoraBuild.Tests;

/// <summary>For every training option a value that is not its default.</summary>
internal static class ChangedOptions
{
    public static readonly IReadOnlyDictionary<string, string> All = new Dictionary<string, string>
    {
        ["resolution"] = "512", ["enable_bucket"] = "false", ["bucket_no_upscale"] = "False", ["bucket_reso_steps"] = "32",
        ["min_bucket_reso"] = "128",
        ["max_bucket_reso"] = "2048", ["random_crop"] = "false", ["flip_aug"] = "true", ["color_aug"] = "true",
        ["max_data_loader_n_workers"] = "2",
        ["alpha_mask"] = "true", ["masked_loss"] = "true", ["prior_loss_weight"] = "0.5", ["cache_latents"] = "true",
        ["cache_latents_to_disk"] = "true", ["cache_text_encoder_outputs"] = "true", ["cache_text_encoder_outputs_to_disk"] = "true",
         ["vae_batch_size"] = "4",
        ["shuffle_caption"] = "false", ["keep_tokens"] = "1", ["keep_tokens_separator"] = "|||", ["caption_separator"] = ";",
        ["secondary_separator"] = ";;;", ["enable_wildcard"] = "true", ["caption_prefix"] = "masterpiece,", ["caption_suffix"] = "42",
        ["caption_dropout_rate"] = "0.1", ["caption_dropout_every_n_epochs"] = "5", ["caption_tag_dropout_rate"] = "0.05",
        ["token_warmup_min"] = "3", ["token_warmup_step"] = "0.25", ["weighted_captions"] = "true",
        ["max_token_length"] = "75", ["v2"] = "true", ["clip_skip"] = "2", ["train_batch_size"] = "1", ["max_train_steps"] = "500",
        ["max_train_epochs"] = "3",
        ["save_every_n_epochs"] = "0", ["save_precision"] = "float", ["mixed_precision"] = "bf16", ["seed"] = "7",
        ["full_fp16"] = "true", ["fp8_base"] = "true", ["fp8_base_unet"] = "true", ["blocks_to_swap"] = "2",
        ["full_bf16"] = "true",
        ["gradient_checkpointing"] = "false", ["xformers"] = "false", ["persistent_data_loader_workers"] = "false", ["noise_offset"] = "0",
        ["min_snr_gamma"] = "5", ["optimizer_type"] = "AdamW", ["optimizer_args"] = "betas=0.9,0.95; weight_decay=0.01",
        ["learning_rate"] = "1e-3",
        ["unet_lr"] = "2e-3", ["text_encoder_lr"] = "0.00005,0", ["lr_scheduler"] = "linear", ["lr_scheduler_num_cycles"] = "1",
        ["lr_warmup_steps"] = "0", ["max_grad_norm"] = "0", ["network_dim"] = "8", ["network_alpha"] = "1", ["conv_dim"] = "0",
        ["conv_alpha"] = "2.5", ["network_train_unet_only"] = "true", ["algo"] = "locon", ["preset"] = "attn-mlp",
        ["network_dropout"] = "0.1",
        ["rank_dropout"] = "0.2", ["module_dropout"] = "0.3", ["dora_wd"] = "true", ["wd_on_output"] = "true", ["use_tucker"] = "true",
        ["use_scalar"] = "true", ["rs_lora"] = "true", ["train_norm"] = "true",
        ["factor"] = "8", ["decompose_both"] = "true", ["full_matrix"] = "true",
        ["unbalanced_factorization"] = "true", ["down_lr_weight"] = "sine+.25", ["mid_lr_weight"] = "0.5",
        ["up_lr_weight"] = "1,1,1,1,1,1,0,0,0,0,0,0",
        ["block_dims"] = Repeated("2"), ["block_alphas"] = Repeated("1.5"), ["conv_block_dims"] = Repeated("0"),
        ["conv_block_alphas"] = Repeated("1"),
        ["loraplus_lr_ratio"] = "16", ["loraplus_unet_lr_ratio"] = "4", ["loraplus_text_encoder_lr_ratio"] = "2",
        ["no_metadata"] = "true", ["metadata_title"] = "Aoi", ["metadata_author"] = "someone", ["metadata_description"] = "a girl",
        ["metadata_license"] = "CC-BY-4.0", ["metadata_tags"] = "anime, girl", ["training_comment"] = "first",
        ["scale_weight_norms"] = "1", ["network_weights"] = "first.safetensors", ["dim_from_weights"] = "true",
        ["save_every_n_steps"] = "100", ["save_last_n_epochs"] = "2", ["save_last_n_steps"] = "300", ["save_last_n_epochs_state"] = "3",
        ["save_last_n_steps_state"] = "200",
        ["save_state"] = "true", ["ema_decay"] = "0.99", ["save_state_on_train_end"] = "true", ["resume"] = "aoi-state.safetensors",
        ["gradient_accumulation_steps"] = "2", ["noise_offset_random_strength"] = "true", ["adaptive_noise_scale"] = "-0.01",
        ["multires_noise_iterations"] = "6", ["multires_noise_discount"] = "0.4", ["ip_noise_gamma"] = "0.1",
        ["ip_noise_gamma_random_strength"] = "true", ["min_timestep"] = "10", ["max_timestep"] = "900", ["v_parameterization"] = "true",
        ["zero_terminal_snr"] = "true", ["loss_type"] = "smooth_l1", ["huber_schedule"] = "exponential", ["huber_c"] = "0.2",
        ["huber_scale"] = "2", ["debiased_estimation_loss"] = "true", ["v_pred_like_loss"] = "0.5",
        ["lr_scheduler_power"] = "2", ["lr_scheduler_args"] = "num_cycles=0.75",
        ["lr_scheduler_timescale"] = "50", ["lr_scheduler_min_lr_ratio"] = "0.1", ["lr_decay_steps"] = "20%",
        ["validation_split"] = "0.1", ["validation_seed"] = "3", ["validate_every_n_steps"] = "50", ["validate_every_n_epochs"] = "2",
        ["max_validation_steps"] = "4", ["scale_v_pred_loss_like_noise_pred"] = "true",
        ["sample_prompts"] = "prompts.txt", ["sample_every_n_epochs"] = "2", ["sample_every_n_steps"] = "30", ["sample_at_first"] = "true",
        ["sample_sampler"] = "euler_a", ["logging_dir"] = "logs", ["log_prefix"] = "42",
    };

    private static string Repeated(string value) => string.Join(',', Enumerable.Repeat(value, BlockLayout.StableDiffusion.Count));
}
