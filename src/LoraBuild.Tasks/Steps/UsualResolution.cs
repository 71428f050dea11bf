using LoraBuild.Base.Geometry;
using LoraBuild.Base.Hashing;
using LoraBuild.Incremental.Steps;
using LoraBuild.Settings;

namespace LoraBuild.Tasks.Steps;

/// <summary>
/// The resolution that a project's training takes where its author sets none, as the last training found it: the report shows buckets
/// before the base model is looked at.
/// </summary>
internal static class UsualResolution
{
    private const string Fact = "resolution";

    /// <summary>Remembers the resolution of a model, by the name that the project has for it.</summary>
    public static void Remember(BuildSession session, string model, PixelSize resolution) => session.State.RecordFacts(
        Key(model), new Dictionary<string, string> { [Fact] = Options.Resolution.Format(resolution) });

    /// <summary>Settings with the resolution that is remembered; as they are where none is, or they have one.</summary>
    public static TrainingSettings Recall(BuildSession session, string model, TrainingSettings settings) =>
        session.State.FindFacts(Key(model)) is { } facts && Options.Resolution.TryParse(facts[Fact], out var known)
            ? settings with { Resolution = settings.Resolution ?? known }
            : settings;

    private static ContentHash Key(string model) => new StepKey("UsualResolution", 1).With("model", model).ToHash();
}
