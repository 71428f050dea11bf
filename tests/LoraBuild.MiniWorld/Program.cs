using System.Globalization;
using LoraBuild.Diffusion;
using LoraBuild.Diffusion.Families.StableDiffusion;
using LoraBuild.MiniWorld.Checks;
using LoraBuild.MiniWorld.Saving;
using LoraBuild.MiniWorld.Training;

// Makes the mini world again from its seed, stage by stage; see README.md.
const long seed = 1;
const string usage = """
    MiniWorld STAGE FOLDER [--device cpu|cuda] [--steps N] [--batch N] [--drawings N] [--example FOLDER]

      first     the base model before any training, with the configuration and tokenizer of --example
      vae       trains its autoencoder
      unet      trains its UNet and text encoder on the latents of --drawings
      tagger    trains the tagger
      publish   FOLDER/mini-sd.safetensors in 16 bits, as FOLDER/published
      check     measures what is published: check.json and samples.png
      xl        a miniature SDXL of the weights of --example, without training
    """;

if (args.Length < 2 || args.Length % 2 != 0)
{
    Console.Error.WriteLine(usage);
    return 1;
}
var (stage, folder) = (args[0], args[1]);
var options = args.Skip(2).Chunk(2).ToDictionary(pair => pair[0], pair => pair[1]);
var device = torch.device(options.GetValueOrDefault("--device", "cpu"));
var example = options.GetValueOrDefault("--example", "example-project/models");
var published = Path.Combine(folder, "published");

switch (stage)
{
    case "first":
        TrainedModel.WriteFirst(Path.Combine(example, "mini-sd"), folder, seed);
        break;
    case "vae":
        VaeTraining.Run(folder, device, seed, Length(6_000, 32, 1.5e-3, 1e-5));
        break;
    case "unet":
        UNetTraining.Run(folder, device, seed, Length(6_000, 96, 1e-3, 2e-5, 0.3), Number("--drawings", 64_000));
        break;
    case "tagger":
        using (var model = (StableDiffusionModel)ModelFamilies.Load(folder, ScalarType.Float32, device))
        using (var network = TaggerTraining.Run(model, device, seed, Length(8_000, 64, 3e-3, 1e-6)))
            TaggerFile.Write(network, Path.Combine(published, "tagger"));
        break;
    case "publish":
        TrainedModel.Publish(folder, Path.Combine(published, "mini-sd"));
        break;
    case "check":
        WorldCheck.Run(Path.Combine(published, "mini-sd"), Path.Combine(published, "tagger"), published, device);
        break;
    case "xl":
        MiniatureXL.Write(Path.Combine(example, "mini-sd"), folder);
        break;
    default:
        Console.Error.WriteLine(usage);
        return 1;
}
return 0;

TrainingLength Length(int steps, int batch, double rate, double last, double hold = 0) =>
    new(Number("--steps", steps), Number("--batch", batch), rate, last, hold);

int Number(string name, int standard) =>
    options.TryGetValue(name, out var value) ? int.Parse(value, CultureInfo.InvariantCulture) : standard;
