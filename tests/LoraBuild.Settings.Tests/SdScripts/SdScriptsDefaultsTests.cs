using LoraBuild.Settings.SdScripts;

namespace LoraBuild.Settings.Tests.SdScripts;

public class SdScriptsDefaultsTests
{
    [Fact]
    public void An_empty_configuration_gives_sd_scripts_defaults()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "config.toml");
        File.WriteAllText(path, "resolution = 512");

        var read = SdScriptsConfig.Read(path);

        var settings = TrainingSettings.Parse(read.Options, out var problems);
        Assert.Empty(problems);
        // argparse's defaults of train_network.py, and LyCORIS' where it asks LyCORIS.
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["train_batch_size"] = "1", ["max_train_steps"] = "1600", ["learning_rate"] = "2E-06", ["text_encoder_lr"] = "2E-06",
            ["lr_scheduler"] = "constant",
            ["lr_scheduler_num_cycles"] = "1", ["lr_warmup_steps"] = "0", ["network_dim"] = "4", ["network_alpha"] = "1",
            ["conv_dim"] = "4",
            ["conv_alpha"] = "1", ["noise_offset"] = "0", ["max_token_length"] = "75", ["shuffle_caption"] = "false",
            ["random_crop"] = "false",
            ["enable_bucket"] = "false", ["bucket_no_upscale"] = "false", ["min_bucket_reso"] = "256", ["max_bucket_reso"] = "1024",
            ["bucket_reso_steps"] = "64", ["max_grad_norm"] = "1", ["prior_loss_weight"] = "1", ["vae_batch_size"] = "1",
            ["max_data_loader_n_workers"] = "8", ["token_warmup_min"] = "1", ["token_warmup_step"] = "0", ["caption_separator"] = ",",
            ["mixed_precision"] = "no", ["optimizer_type"] = "adamw", ["optimizer_args"] = "weight_decay=0.01",
        })
            Assert.Equal((name, value), (name, settings.Text(Options.FindName(name)!)));
    }

    [Fact]
    public void What_the_article_sets_otherwise_is_known_to_be_so()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "config.toml");
        File.WriteAllText(path, "");

        var read = SdScriptsConfig.Read(path).Options;

        // Every option of the article whose value is not sd-scripts' default.
        Assert.All(
            new[]
            {
                "shuffle_caption", "random_crop", "enable_bucket", "bucket_no_upscale", "save_precision", "save_every_n_epochs",
                "train_batch_size",
                "max_token_length", "xformers", "persistent_data_loader_workers", "gradient_checkpointing", "mixed_precision",
                "noise_offset",
                "optimizer_type", "learning_rate", "optimizer_args", "lr_scheduler", "lr_scheduler_num_cycles", "network_alpha",
                "max_train_steps",
                "lr_warmup_steps",
            },
            name => Assert.NotEqual(Options.FindName(name)!.DefaultText, read[name]));
    }
}
