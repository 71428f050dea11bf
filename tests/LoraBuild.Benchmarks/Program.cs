using LoraBuild.Benchmarks;
using LoraBuild.Benchmarks.Builds;
using LoraBuild.Benchmarks.Craft;
using LoraBuild.Benchmarks.Models;
using LoraBuild.Benchmarks.Pictures;
using LoraBuild.Benchmarks.Samples;
using LoraBuild.Benchmarks.Training;

IBenchmark[] benchmarks =
[
    new TrainingStepBenchmark(), new PythonLoopBenchmark(), new GpuTrainingBenchmark(), new SameBitsBenchmark(), new LoadingBenchmark(),
    new FullSizeBuildBenchmark(),
#if !TORCHSHARP
    new OperatorBenchmark(),
#endif
    new NormalizeBenchmark(), new TagBenchmark(), new BaseSamplesBenchmark(), new RandomModel(),
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
