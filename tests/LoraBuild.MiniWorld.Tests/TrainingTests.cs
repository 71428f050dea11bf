using LoraBuild.Diffusion;
using LoraBuild.Diffusion.Checkpointing;
using LoraBuild.Diffusion.Families.StableDiffusion;
using LoraBuild.Diffusion.Safetensors;
using LoraBuild.MiniWorld.Drawing;
using LoraBuild.MiniWorld.Saving;
using LoraBuild.MiniWorld.Training;
using LoraBuild.Tagging;
using LoraBuild.Training.Parameters;
using TrainedModel = LoraBuild.MiniWorld.Training.TrainedModel;

namespace LoraBuild.MiniWorld.Tests;

public class TrainingTests : IDisposable
{
    private const long Seed = 11;

    private static readonly string Example = Path.Combine(AppContext.BaseDirectory, "Data", "mini-sd");

    private readonly string folder = Directory.CreateTempSubdirectory("lorabuild-").FullName;

    public void Dispose()
    {
        Directory.Delete(folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void What_is_published_has_the_tensors_of_the_examples_model()
    {
        TrainedModel.WriteFirst(Example, folder, Seed);
        var target = Path.Combine(folder, "published");
        TrainedModel.Publish(folder, target);

        Assert.Equal(Shapes(Path.Combine(Example, "mini-sd.safetensors")), Shapes(Path.Combine(target, "mini-sd.safetensors")));
        using var model = (StableDiffusionModel)ModelFamilies.Load(target, ScalarType.Float32);
        Assert.Equal(96, model.UNet.ContextSize);

        static SortedDictionary<string, string> Shapes(string path)
        {
            using var file = SafetensorsFile.Open(path);
            return new(file.Tensors.Values.Where(entry => !entry.Name.EndsWith("position_ids", StringComparison.Ordinal))
                .ToDictionary(entry => entry.Name, entry => $"{entry.Type} {string.Join('x', entry.Shape)}"));
        }
    }

    [Fact]
    public void The_gradient_of_the_noise_reaches_every_weight_of_UNet_and_text_encoder()
    {
        using var trained = Open(WorldSizes.UNetPrefix, WorldSizes.TextPrefix);
        using var scope = NewDisposeScope();
        using var latents = new DrawnLatents();
        latents.Add(
            Noise.For(1, 1, [2, 4, 16, 16]), zeros(2, 4, 16, 16), [.. Enumerable.Repeat<IReadOnlyList<string>>(["1girl", "red_hair"], 2)]);

        Checkpoint.Backward(UNetTraining.Loss(trained.Model, latents, UNetTraining.Batch(trained.Model.Tokenizer, latents, Seed, 1, 4)));

        AssertAllReached(trained.Parameters);
    }

    [Fact]
    public void The_gradient_of_the_pictures_reaches_every_weight_of_the_autoencoder()
    {
        using var trained = Open(WorldSizes.VaePrefix);
        using var scope = NewDisposeScope();
        var images = DrawnPicture.Stack([DrawnPicture.Draw(Seed, Purpose.VaePictures, 1, 64, 64)], CPU);

        Checkpoint.Backward(VaeTraining.Loss(trained.Model.Vae, images, Noise.For(Seed, 1, 4 * 8 * 8)));

        AssertAllReached(trained.Parameters);
    }

    [Fact]
    public void Steps_lower_the_loss_and_the_average_of_the_weights_is_saved()
    {
        using var trained = Open(WorldSizes.VaePrefix);
        using var optimization =
            new Optimization(trained.Parameters, new TrainingLength(200, 1, 2e-3, 2e-3), weightDecay: 0, averageDecay: 0.5);
        using var scope = NewDisposeScope();
        var images = DrawnPicture.Stack([DrawnPicture.Draw(Seed, Purpose.VaePictures, 1, 64, 64)], CPU);
        var noise = Noise.For(Seed, 1, 4 * 8 * 8);
        float first = 0, last = 0;
        for (var step = 0; step < 25; step++)
        {
            using var inner = NewDisposeScope();
            last = optimization.Descend(VaeTraining.Loss(trained.Model.Vae, images, noise)).item<float>();
            first = step == 0 ? last : first;
        }
        trained.Save(optimization.Result);

        Assert.True(last < 0.8 * first, $"{first} to {last}");
        using var saved = SafetensorsFile.Open(Path.Combine(folder, "mini-sd.safetensors"));
        var name = $"{WorldSizes.VaePrefix}decoder.conv_out.weight";
        using var average = optimization.Result.narrow(0, trained.Parameters[name].storage_offset(), trained.Parameters[name].numel());
        Assert.Equal(average.data<float>().ToArray(), saved.Load(name).flatten().data<float>().ToArray());
    }

    [Fact]
    public void The_length_of_gradients_is_their_norm()
    {
        using var scope = NewDisposeScope();
        var gradients = Noise.For(Seed, 2, [300 * ParameterBuffer.BlockSize]);

        Assert.Equal(gradients.norm().item<float>(), Optimization.Norm(gradients).item<float>(), 0.01f);
        Assert.Equal(0, Optimization.Norm(zeros(ParameterBuffer.BlockSize)).item<float>());
    }

    [Fact]
    public void A_loss_that_is_not_a_number_ends_a_training()
    {
        using var progress = new Progress("Test", 2, CPU);
        using var scope = NewDisposeScope();
        progress.Report(1, tensor(float.NaN));

        Assert.Throws<InvalidOperationException>(() => progress.Report(2, tensor(1f)));
    }

    [Fact]
    public void Batches_made_ahead_come_in_order_and_are_functions_of_their_number()
    {
        using var trained = Open(WorldSizes.UNetPrefix);
        using var scope = NewDisposeScope();
        using var latents = new DrawnLatents();
        latents.Add(zeros(2, 4, 16, 16), zeros(2, 4, 16, 16), [["1girl", "red_hair"], ["1girl", "blue_hair"]]);
        latents.Add(zeros(1, 4, 20, 12), zeros(1, 4, 20, 12), [["2girls"]]);

        UNetBatch Make(int number) => UNetTraining.Batch(trained.Model.Tokenizer, latents, Seed, number, 3);
        var ahead = Ahead.Of(40, Make).ToList();

        Assert.All(ahead.Index(), one =>
        {
            var again = Make(one.Index);
            Assert.Equal(again.Noise, one.Item.Noise);
            Assert.Equal(again.Ids, one.Item.Ids);
            Assert.Equal(again.Latents.Rows, one.Item.Latents.Rows);
            Assert.Equal(2 * 3 * 4 * again.Latents.Size.Height * again.Latents.Size.Width, again.Noise.Length);
        });
        Assert.Equal(2, ahead.Select(batch => batch.Latents.Size).Distinct().Count());
    }

    [Fact]
    public void The_taggers_file_gives_the_networks_scores()
    {
        using var network = new TaggerNetwork(TaggerTraining.Labels.Count, Seed, CPU);
        using var scope = NewDisposeScope();
        var picture = DrawnPicture.Draw(Seed, Purpose.TaggerPictures, 3, 448, 448);
        var input = new WdInput(448, IsChannelsFirst: true);
        var values = new float[input.Length];
        input.Write(picture.ToRaster(), values);
        var small = functional.avg_pool2d(tensor(values, [1, 3, 448, 448]), TaggerNetwork.Pooled);
        // Statistics that are not those of the start.
        for (var i = 0; i < 5; i++)
            network.Forward(small, isTraining: true);
        TaggerFile.Write(network, folder);

        using var ungraded = no_grad();
        var expected = network.Forward(small, isTraining: false).sigmoid().data<float>().ToArray();
        using var tagger = Tagger.Open(Path.Combine(folder, "model.onnx"), Path.Combine(folder, "selected_tags.csv"));
        var scores = tagger.Score(picture.ToRaster());

        Assert.Equal(TaggerTraining.Labels.Count, scores.Length);
        Assert.All(expected.Zip(scores), pair => Assert.Equal(pair.First, pair.Second, 3e-3f));
        Assert.True(expected.Max() - expected.Min() > 0.01);
    }

    [Fact]
    public void The_taggers_loss_is_the_cross_entropy_and_steps_lower_it()
    {
        using var network = new TaggerNetwork(TaggerTraining.Labels.Count, Seed, CPU);
        using var optimization =
            new Optimization(network.Parameters, new TrainingLength(200, 2, 1e-2, 1e-2), weightDecay: 0, averageDecay: 0.5);
        using var scope = NewDisposeScope();
        var pictures = Noise.For(1, 1, [2, 3, TaggerNetwork.Side, TaggerNetwork.Side]).mul_(50).add_(127);
        var wanted = stack([tensor(TaggerTraining.Vector(["solo", "red_hair"])), tensor(TaggerTraining.Vector(["solo", "cat_ears"]))]);
        var logits = tensor([2f, -3f], [1, 2]);
        var written = -(Math.Log(1 / (1 + Math.Exp(-2))) + Math.Log(1 - (1 / (1 + Math.Exp(3))))) / 2;

        Assert.Equal(written, TaggerTraining.Loss(logits, tensor([1f, 0f], [1, 2])).item<float>(), 1e-5);
        var first = optimization.Descend(TaggerTraining.Loss(network.Forward(pictures, isTraining: true), wanted)).item<float>();
        float last = 0;
        for (var step = 0; step < 20; step++)
            last = optimization.Descend(TaggerTraining.Loss(network.Forward(pictures, isTraining: true), wanted)).item<float>();
        Assert.True(last < 0.7 * first, $"{first} to {last}");
    }

    [Fact]
    public void Captions_are_the_same_for_the_same_dice_and_made_of_the_pictures_tags()
    {
        IReadOnlyList<string> tags = ["1girl", "solo", "red_hair", "very_long_hair", "long_hair", "white_shirt", "shirt"];
        var captions = Enumerable.Range(0, 300).Select(number => WorldCaptions.Of(tags, new Dice(1, number))).ToList();

        Assert.Equal(captions, Enumerable.Range(0, 300).Select(number => WorldCaptions.Of(tags, new Dice(1, number))));
        Assert.Contains("", captions);
        Assert.True(captions.Distinct().Count() > 100);
        Assert.All(captions, caption => Assert.All(
            caption.Split(", ", StringSplitOptions.RemoveEmptyEntries), tag => Assert.Contains(tag.Replace(' ', '_'), tags)));
        Assert.All(captions, caption => Assert.DoesNotContain('_', caption));
    }

    // With first weights that are all other than zero: the zeros of the real ones hold back gradients at the first step.
    private TrainedModel Open(params string[] prefixes)
    {
        TrainedModel.WriteFirst(Example, folder, Seed);
        var trained = TrainedModel.Open(folder, CPU, prefixes);
        using var ungraded = no_grad();
        using var scope = NewDisposeScope();
        trained.Parameters.Values.add_(Noise.For(Seed, 0, trained.Parameters.Values.shape).mul_(0.02));
        return trained;
    }

    private static void AssertAllReached(ParameterBuffer parameters)
    {
        var unreached = parameters.Trained.Where(weight =>
        {
            using var scope = NewDisposeScope();
            return parameters[weight.Name].grad!.abs().sum().item<float>() == 0;
        });
        Assert.Empty(unreached.Select(weight => weight.Name));
    }
}
