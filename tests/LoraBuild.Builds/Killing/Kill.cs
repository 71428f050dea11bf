using System.Globalization;

namespace LoraBuild.Builds.Killing;

/// <summary>A kill that was carried out.</summary>
/// <param name="Moment">When it was to be.</param>
/// <param name="At">How long the build had been running.</param>
/// <param name="Hit">What the build was doing, by the last that it wrote.</param>
/// <param name="IsHit">Whether the build was still running and did not finish.</param>
internal sealed record Kill(KillMoment Moment, TimeSpan At, string Hit, bool IsHit)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Moment.Victim,-6} at {At.TotalSeconds,6:0.00} s, meant {Moment.Task} {Moment.Fraction:0.00}, {(IsHit ? "hit" : "missed:")} "
        + $"{Hit}");
}
