using System.Collections.Frozen;
using System.Reflection;

namespace LoraBuild.Settings;

/// <summary>
/// The table of everything that a project can set, a record each, in files by topic. The defaults are the values of the article that
/// LoraBuild follows, and sd-scripts' where the article says nothing. After a change, the files that follow from the table are written anew
/// by <c>LORABUILD_WRITE_REFERENCE=1 dotnet test tests/LoraBuild.Settings.Tests</c>.
/// </summary>
public static partial class Options
{
    private static readonly FrozenDictionary<string, Option> ByProperty;
    private static readonly FrozenDictionary<string, Option> ByName;

    static Options()
    {
        All =
        [
            .. typeof(Options).GetFields(BindingFlags.Public | BindingFlags.Static).OrderBy(field => field.MetadataToken)
                .Select(field => field.GetValue(null)).OfType<Option>().OrderBy(option => option.Topic),
        ];
        Training = [.. All.Where(option => option.Name is not null)];
        ByProperty = All.ToFrozenDictionary(option => option.Property, StringComparer.OrdinalIgnoreCase);
        ByName = Training.ToFrozenDictionary(option => option.Name!, StringComparer.Ordinal);
    }

    /// <summary>Every option, topic by topic.</summary>
    public static IReadOnlyList<Option> All { get; }

    /// <summary>Those of <see cref="All"/> that sd-scripts or LyCORIS has too: the training options.</summary>
    public static IReadOnlyList<Option> Training { get; }

    /// <summary>The option of an MSBuild property, in upper or lower case; null where there is none.</summary>
    public static Option? Find(string property) => ByProperty.GetValueOrDefault(property);

    /// <summary>The training option of one of sd-scripts' names; null where there is none.</summary>
    public static Option? FindName(string name) => ByName.GetValueOrDefault(name);

    // A training option: its property follows from sd-scripts' name.
    private static Option<T> OfSdScripts<T>(
        Topic topic,
        string name,
        OptionKind<T> kind,
        T defaultValue,
        string meaning,
        SdScriptsPlace place = SdScriptsPlace.InTraining,
        string? sdScriptsDefault = null,
        Steps steps = Steps.Train,
        Precondition? needs = null,
        string? rule = null) =>
        new(topic, Option.PropertyOf(name), kind, defaultValue, meaning, steps)
        {
            Name = name, Place = place, SdScriptsDefault = sdScriptsDefault, Needs = needs, Rule = rule,
        };

    private static Option<T> OfLoraBuild<T>(
        Topic topic,
        string property,
        OptionKind<T> kind,
        T defaultValue,
        string meaning,
        Steps steps,
        string? rule = null,
        Precondition? needs = null) =>
        new(topic, property, kind, defaultValue, meaning, steps) { Rule = rule, Needs = needs };

    // A precondition on the other training options.
    private static Precondition Where(string where, Func<TrainingSettings, bool> holds) => new(where, settings => holds(settings.Training));

    // The same on options that sd-scripts does not have.
    private static Precondition WhereSet(string property) => new($"with {property}", settings => settings.IsSet(property));
}
