using System.Text.Json;
using System.Text.Json.Nodes;
using LoraBuild.Dataset.Manifest;
using LoraBuild.Diffusion.Families.StableDiffusion;
using LoraBuild.Settings;
using LoraBuild.Training.Data;
using LoraBuild.Training.Jobs;
using LoraBuild.Training.Metadata;
using LoraBuild.Training.Schedules;

namespace LoraBuild.Training.Tests.Metadata;

public class TrainingMetadataTests
{
    // Times, hosts and versions: what would differ from run to run.
    private static readonly string[] LeftOut =
        ["modelspec.date", "ss_session_id", "ss_training_started_at", "ss_training_finished_at", "ss_sd_scripts_commit_hash"];

    [Fact]
    public void Names_and_values_are_those_that_sd_scripts_wrote_for_the_same_training()
    {
        using var file = JsonDocument.Parse(File.ReadAllText(TestData.PathOf("golden-train.json")));
        var expected =
            file.RootElement.GetProperty("metadata").EnumerateObject().ToDictionary(entry => entry.Name, entry => entry.Value.GetString()!);
        var settings = new TrainingSettings
        {
            Resolution = new(128, 128), MinBucketReso = 64, MaxBucketReso = 192, RandomCrop = false, KeepTokens = 1, ClipSkip = 2,
            TrainBatchSize = 2,
            MaxTrainEpochs = 3, LrWarmupSteps = new(22, InEpochs: false), GradientCheckpointing = false, OptimizerType = OptimizerType.Lion,
            OptimizerArgs = KeywordArguments.Parse("weight_decay=0.1 betas=0.9,0.99"),
        };
        var manifest = Manifest(file.RootElement.GetProperty("images"));
        var dataset = TrainingDataset.Create("", manifest, settings);
        var plan = TrainingPlan.For(settings, manifest.SamplesPerEpoch, dataset.BatchesPerEpoch);
        var job = new TrainingJob("", manifest, "", null, settings, "", "tiny", "", "");

        var actual = TrainingMetadata.For(
            job, dataset, plan, Facts("tiny-sd15.safetensors", expected["ss_sd_model_hash"], expected["ss_new_sd_model_hash"]),
            ModelPrecision.Float32, 66, 3);

        Assert.Equal(
            expected.Keys.Except(LeftOut).Append("modelspec.trigger_phrase").Except(["sshs_model_hash"]).Order(StringComparer.Ordinal),
            actual.Keys);
        string[] ownWords = ["modelspec.implementation_version", "ss_cache_latents", "ss_optimizer"];
        Assert.All(expected.Where(entry => actual.ContainsKey(entry.Key) && !ownWords.Contains(entry.Key)), entry =>
        {
            if (entry.Value.StartsWith('{'))
                Assert.True(JsonNode.DeepEquals(Rounded(entry.Value), Rounded(actual[entry.Key])), $"{entry.Key}: {actual[entry.Key]}");
            else
                Assert.Equal($"{entry.Key}={entry.Value}", $"{entry.Key}={actual[entry.Key]}");
        });
        Assert.Equal("lion_pytorch.lion_pytorch.Lion(weight_decay=0.1,betas=(0.9, 0.99))", actual["ss_optimizer"]);
    }

    [Fact]
    public void A_model_of_version_2_and_a_VAE_are_named()
    {
        var manifest = new DatasetManifest(["aoi"], [new("1_aoi", 1, [new("a.png", "", 64, 64, "aoi", "", null)])]);
        var settings = new TrainingSettings();
        var dataset = TrainingDataset.Create("", manifest, settings);
        var facts = new BaseModelFacts(
            new("m", "h", "s"), new("v.safetensors", "vh", "vs"), StableDiffusionMetadata.OfLora(isVersion2: true, isVelocity: true));

        var metadata = TrainingMetadata.For(
            new("", manifest, "", null, settings, "", "aoi", "", ""), dataset, new(1, 0, 1), facts, ModelPrecision.Float16, 1, 1);

        Assert.Equal(
            ("sd_v2_v", "True", "stable-diffusion-v2-768-v/lora", "v"),
            (metadata["ss_base_model_version"], metadata["ss_v2"], metadata["modelspec.architecture"],
                metadata["modelspec.prediction_type"]));
        Assert.Equal(("v.safetensors", "vh", "vs"), (metadata["ss_vae_name"], metadata["ss_vae_hash"], metadata["ss_new_vae_hash"]));
    }

    [Fact]
    public void An_author_says_what_the_files_tell_and_how_much()
    {
        var manifest = new DatasetManifest(["aoi"], [new("1_aoi", 1, [new("a.png", "", 64, 64, "aoi", "", null)])]);
        var settings = new TrainingSettings
        {
            MetadataTitle = "Aoi", MetadataAuthor = "someone", MetadataLicense = "CC-BY-4.0", TrainingComment = "first",
        };

        var told = Metadata(settings);
        var least = Metadata(settings with { NoMetadata = true });

        Assert.Equal(
            ("Aoi", "someone", "CC-BY-4.0", "first"),
            (told["modelspec.title"], told["modelspec.author"], told["modelspec.license"], told["ss_training_comment"]));
        // sd-scripts' own list; a LoHa without arguments of its own has some all the same.
        Assert.Equal(
            ["ss_base_model_version", "ss_network_alpha", "ss_network_args", "ss_network_dim", "ss_network_module", "ss_v2"],
            least.Keys.Where(name => name.StartsWith("ss_", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Equal(
            told.Where(entry => entry.Key.StartsWith("modelspec.", StringComparison.Ordinal)),
            least.Where(entry => entry.Key.StartsWith("modelspec.", StringComparison.Ordinal)).OrderBy(
                entry => entry.Key, StringComparer.Ordinal));

        IReadOnlyDictionary<string, string> Metadata(TrainingSettings own) => TrainingMetadata.For(
            new("", manifest, "", null, own, "", "aoi", "", ""), TrainingDataset.Create("", manifest, own), new(1, 0, 1),
            Facts("m", "h", "s"), ModelPrecision.Float16, 1, 1);
    }

    [Fact]
    public void A_training_without_buckets_still_names_them()
    {
        var manifest = new DatasetManifest(["aoi"], [new("1_aoi", 1, [new("a.png", "", 64, 64, "aoi, Smile, smile", "", null)])]);
        var settings = new TrainingSettings { EnableBucket = false };
        var dataset = TrainingDataset.Create("", manifest, settings);

        var metadata = TrainingMetadata.For(
            new("", manifest, "", null, settings, "", "aoi", "", ""), dataset, new(1, 0, 1), Facts("m", "h", "s"), ModelPrecision.Float16,
            1, 1);

        Assert.Equal("null", metadata["ss_bucket_info"]);
        Assert.Equal(
            ("None", "None", "False"), (metadata["ss_min_bucket_reso"], metadata["ss_max_bucket_reso"], metadata["ss_bucket_no_upscale"]));
        Assert.Equal("""{"1_aoi":{"aoi":1,"smile":2}}""", metadata["ss_tag_frequency"]);
        Assert.Equal(("(768, 768)", "fp16", "None"), (metadata["ss_resolution"], metadata["ss_mixed_precision"], metadata["ss_clip_skip"]));
    }

    [Fact]
    public void Regularisation_images_captions_and_pictures_are_told()
    {
        var manifest = new DatasetManifest(
            ["aoi"],
            [
                new("2_aoi", 2, [new("a.png", "", 64, 64, "aoi", "", null)]),
                new("regularization/3_girl", 3, [new("b.png", "", 64, 64, "girl", "", null), new(
                    "c.png", "", 64, 64, "girl", "", null)], true),
            ]);
        var settings = new TrainingSettings
        {
            Resolution = new(64, 64), RandomCrop = false, CacheLatentsToDisk = true, ColorAug = true, CaptionDropoutRate = 0.05,
            CaptionDropoutEveryNEpochs = 5, CaptionTagDropoutRate = 1, PriorLossWeight = 0.5, MinBucketReso = 100, MaxBucketReso = 1000,
        };
        var dataset = TrainingDataset.Create("", manifest, settings);

        var metadata = TrainingMetadata.For(
            new("", manifest, "", null, settings, "", "aoi", "", ""), dataset, new(1, 0, 1), Facts("m", "h", "s"), ModelPrecision.Float16,
            1, 1);

        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["ss_num_train_images"] = "2", ["ss_num_reg_images"] = "6", ["ss_dataset_dirs"] = """{"2_aoi":{"n_repeats":2,"img_count":1}}""",
            ["ss_reg_dataset_dirs"] = """{"3_girl":{"n_repeats":3,"img_count":2}}""", ["ss_tag_frequency"] =
                """{"2_aoi":{"aoi":1},"3_girl":{}}""",
            ["ss_cache_latents"] = "True", ["ss_color_aug"] = "True", ["ss_caption_dropout_rate"] = "0.05",
            ["ss_caption_dropout_every_n_epochs"] = "5",
            ["ss_caption_tag_dropout_rate"] = "1.0", ["ss_prior_loss_weight"] = "0.5", ["ss_min_bucket_reso"] = "64",
            ["ss_max_bucket_reso"] = "1024",
        })
            Assert.Equal($"{name}={value}", $"{name}={metadata[name]}");
    }

    [Fact]
    public void User_interfaces_show_her_trigger_word_first_whatever_regularisation_images_there_are()
    {
        var others = Enumerable.Range(0, 9)
            .Select(index => new DatasetPicture($"r{index}.png", "", 64, 64, "girl, solo, outdoors, sky, day, tree, grass", "", null));
        var manifest = new DatasetManifest(
            ["aoi"],
            [
                new("regularization/1_girl", 1, [.. others], true),
                new("regularization/2_aoi", 2, [.. others], true),
                new("2_aoi", 2, [new("a.png", "", 64, 64, "aoi, smile", "", null), new("b.png", "", 64, 64, "aoi, hat", "", null)]),
                new("4_aoi", 4, [new("c.png", "", 64, 64, "aoi, smile", "", null)]),
            ]);
        var settings = new TrainingSettings { Resolution = new(64, 64), RandomCrop = false };

        var metadata = TrainingMetadata.For(
            new("", manifest, "", null, settings, "", "aoi", "", ""), TrainingDataset.Create("", manifest, settings), new(1, 0, 1),
            Facts("m", "h", "s"), ModelPrecision.Float16, 1, 1);

        using var frequencies = JsonDocument.Parse(metadata["ss_tag_frequency"]);
        var folders = frequencies.RootElement.EnumerateObject().ToList();
        Assert.Equal(["2_aoi", "4_aoi", "1_girl"], folders.Select(folder => folder.Name));
        // As A1111 lists them: summed over the folders, the most frequent first.
        var shown = folders.SelectMany(folder => folder.Value.EnumerateObject()).GroupBy(tag => tag.Name)
            .OrderByDescending(tag => tag.Sum(one => one.Value.GetInt32())).Select(tag => tag.Key);
        Assert.Equal(["aoi", "smile", "hat"], shown);
    }

    [Theory]
    [InlineData("loha", 4, "lycoris.kohya", """{"algo":"loha","conv_dim":"4","conv_alpha":"4","rank_dropout":"0.1","dropout":0.2}""")]
    [InlineData("lora", 0, "networks.lora", """{"rank_dropout":"0.1","dropout":0.2}""")]
    public void The_network_is_told_as_sd_scripts_was_told(string algo, int convDim, string module, string arguments)
    {
        var manifest = new DatasetManifest(["aoi"], [new("1_aoi", 1, [new("a.png", "", 64, 64, "aoi", "", null)])]);
        var settings = TrainingSettings.Parse(
            new Dictionary<string, string> { ["algo"] = algo, ["network_dropout"] = "0.2", ["rank_dropout"] =
                "0.1", ["scale_weight_norms"] = "2" }, out _);
        Assert.Equal(convDim, settings.ConvDim);

        var metadata = TrainingMetadata.For(
            new("", manifest, "", null, settings, "", "aoi", "", ""),
            TrainingDataset.Create("", manifest, settings),
            new(1, 0, 1),
            Facts("m", "h", "s"),
            ModelPrecision.Float32,
            1,
            1);

        Assert.Equal((module, arguments), (metadata["ss_network_module"], metadata["ss_network_args"]));
        Assert.Equal(("0.2", "2.0"), (metadata["ss_network_dropout"], metadata["ss_scale_weight_norms"]));
    }

    private static DatasetManifest Manifest(JsonElement images)
    {
        var folders = new Dictionary<int, string> { [4] = "4_low", [8] = "8_mid", [16] = "16_high" };
        return new(["manhattan cafe"], [.. images.EnumerateObject()
            .GroupBy(image => image.Value.GetProperty("repeats").GetInt32())
            .Select(group => new DatasetGroup(folders[group.Key], group.Key, [.. group.Select(image => new DatasetPicture(
                image.Name, "", image.Value.GetProperty("size")[0].GetInt32(), image.Value.GetProperty("size")[1].GetInt32(),
                image.Value.GetProperty("caption").GetString()!, "", null))]))]);
    }

    private static JsonNode Rounded(string json)
    {
        var node = JsonNode.Parse(json)!;
        if (node["mean_img_ar_error"] is { } error)
            node["mean_img_ar_error"] = Math.Round((double)error, 12);
        return node;
    }

    private static BaseModelFacts Facts(string name, string hash, string sha256) =>
        new(new(name, hash, sha256), null, StableDiffusionMetadata.OfLora(isVersion2: false, isVelocity: false));
}
