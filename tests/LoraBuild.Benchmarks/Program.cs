using LoraBuild.Benchmarks;
using LoraBuild.Benchmarks.Builds;
using LoraBuild.Benchmarks.Craft;
using LoraBuild.Benchmarks.Models;
using LoraBuild.Benchmarks.Pictures;
using LoraBuild.Benchmarks.Samples;
using LoraBuild.Benchmarks.Training;

IBenchmark[] benchmarks =
[
    new TrainingStepBenchmark("train", FullSizeModel.StableDiffusion15, ScalarType.Float32, 3, [16, 32]),
    new TrainingStepBenchmark("train-sdxl", FullSizeModel.StableDiffusionXL, ScalarType.BFloat16, 1, [32, 64]),
    new PythonLoopBenchmark(), new GpuTrainingBenchmark(), new SameBitsBenchmark(), new LoadingBenchmark(),
    new FullSizeBuildBenchmark(FullSizeModel.StableDiffusion15, 5, 16e9),
    new FullSizeBuildBenchmark(FullSizeModel.StableDiffusionXL, 2, 20e9),
#if !TORCHSHARP
    new OperatorBenchmark(),
#endif
    new NormalizeBenchmark(), new TagBenchmark(), new BaseSamplesBenchmark(),
    new RandomModel(FullSizeModel.StableDiffusion15), new RandomModel(FullSizeModel.StableDiffusionXL),
    new NoOpBenchmark(), new OneEditBenchmark(), new FirstBuildBenchmark(), new WarmCacheBenchmark(),
    new KillBenchmark(), new InterruptBenchmark(), new CraftBenchmark(),
];

if (benchmarks.FirstOrDefault(benchmark => args.Length > 0 && benchmark.Name == args[0]) is { } chosen)
{
    chosen.Run(args[1..]);
    return 0;
}

Console.Error.WriteLine("Name one of:");
foreach (var benchmark in benchmarks)
    Console.Error.WriteLine($"  {benchmark.Name,-16} {benchmark.Summary}");
return 1;
