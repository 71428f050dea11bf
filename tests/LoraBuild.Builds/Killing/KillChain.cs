namespace LoraBuild.Builds.Killing;

/// <summary>Builds of one project, each killed at a moment and followed by the next, which goes on with what is left.</summary>
internal static class KillChain
{
    /// <summary>Starts and kills a build for each moment.</summary>
    /// <param name="project">What is built.</param>
    /// <param name="undisturbed">How an undisturbed build of it went.</param>
    /// <param name="moments">When to kill, in order.</param>
    public static IEnumerable<Kill> Run(BuiltProject project, BuildTimeline undisturbed, IEnumerable<KillMoment> moments)
    {
        foreach (var moment in moments)
        {
            using var build = project.Start(BuildTimeline.Verbosity);
            var kill = Strike(build, undisturbed, moment);
            yield return kill with { IsHit = !build.Wait().Succeeded };
        }
    }

    private static Kill Strike(RunningBuild build, BuildTimeline undisturbed, KillMoment moment)
    {
        var marker = moment.Task switch
        {
            KillMoment.Training => build.TryWaitFor(
                line => BuildTimeline.HasReached(line, Math.Max(1, (int)(moment.Fraction * undisturbed.TotalSteps!.Value)))),
            KillMoment.Publishing => build.TryWaitFor(BuildTimeline.IsTrained),
            KillMoment.Loading => build.TryWaitFor(line => BuildTimeline.IsStart(line, KillMoment.Training)),
            _ => build.TryWaitFor(line => BuildTimeline.IsStart(line, moment.Task)),
        };
        if (marker)
            Thread.Sleep(Delay(undisturbed, moment));
        var (at, doing) = (build.Elapsed, Describe(new BuildTimeline(build.Log)));
        // Between two jobs there is no worker to kill.
        var victim = moment.Victim == Victim.Worker && !build.SignalWorker("KILL") ? Victim.Group : moment.Victim;
        if (victim == Victim.Group)
            build.SignalGroup("KILL");
        else if (victim == Victim.Build)
            build.SignalBuild("KILL");
        return new(moment with { Victim = victim }, at, doing, IsHit: false);
    }

    private static TimeSpan Delay(BuildTimeline undisturbed, KillMoment moment) => moment.Task switch
    {
        KillMoment.Training => undisturbed.TrainingTime * moment.Delay,
        KillMoment.Loading => (undisturbed.FirstStepAt!.Value - undisturbed.Start(KillMoment.Training)) * moment.Fraction,
        KillMoment.Publishing => undisturbed.PublishingTime * moment.Fraction,
        _ => undisturbed.Duration(moment.Task) * moment.Fraction,
    };

    private static string Describe(BuildTimeline killed) => killed switch
    {
        { Running: KillMoment.Training, LastStep: { } step } => $"TrainLora after step {step} of {killed.TotalSteps}",
        { Running: { } task } => task,
        { LastEnded: { } task } => $"what comes after {task}",
        _ => "what comes before the first task",
    };
}
