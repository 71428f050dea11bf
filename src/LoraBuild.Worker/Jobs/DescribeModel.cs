using LoraBuild.Diffusion;
using LoraBuild.Protocol;

namespace LoraBuild.Worker.Jobs;

/// <summary>Tells what a base model is.</summary>
internal static class DescribeModel
{
    public static void Run(DescribeModelJob job, EventWriter events) =>
        events.Finished(job.BaseModel, ModelFamilies.Describe(job.BaseModel, job.Vae).ToFacts());
}
