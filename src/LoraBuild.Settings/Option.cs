using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Settings;

/// <summary>
/// One thing that a project can set: a record of the table <see cref="Options"/>. All that is said of a setting anywhere follows from
/// its record: defaults, checks, suggestions, what MSBuild passes on, what enters the keys of steps, and the reference in build/README.md.
/// </summary>
public abstract class Option
{
    private const string Prefix = "Lora";

    private protected Option(Topic topic, string property, string meaning, Steps steps)
    {
        (Topic, Property, Meaning, Steps) = (topic, property, meaning, steps);
    }

    /// <summary>The group of the reference that it stands in.</summary>
    public Topic Topic { get; }

    /// <summary>The MSBuild property, such as <c>LoraNoiseOffset</c>.</summary>
    public string Property { get; }

    /// <summary>The meaning, in one or two sentences of Markdown.</summary>
    public string Meaning { get; }

    /// <summary>The steps whose results depend on it.</summary>
    public Steps Steps { get; }

    /// <summary>sd-scripts' (or LyCORIS') name, such as <c>noise_offset</c>; null where they have no such option.</summary>
    public string? Name { get; init; }

    /// <summary>The place where sd-scripts' configurations say it; of no meaning without <see cref="Name"/>.</summary>
    public SdScriptsPlace Place { get; init; }

    /// <summary>sd-scripts' default as text, where it is another one than here.</summary>
    public string? SdScriptsDefault { get; init; }

    /// <summary>The default in words, where it follows from something else: "the project's name".</summary>
    public string? Rule { get; init; }

    /// <summary>Without it the option has no effect, whatever its value; null: it always has one.</summary>
    public Precondition? Needs { get; init; }

    /// <summary>The values that it takes, as the end of the sentence "it must be ...".</summary>
    public abstract string Allowed { get; }

    /// <summary>The words that it takes; empty where it takes something else.</summary>
    public abstract IReadOnlyList<string> Choices { get; }

    /// <summary>The form of its values.</summary>
    public abstract OptionForm Form { get; }

    /// <summary>True if it may be without a value.</summary>
    public abstract bool IsOptional { get; }

    /// <summary>The default as text; empty for an option that is not set by default.</summary>
    public abstract string DefaultText { get; }

    /// <summary>The MSBuild property for a name of sd-scripts'.</summary>
    public static string PropertyOf(string name) =>
        Prefix + string.Concat(name.Split('_').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));

    /// <summary>Tells whether a text is one of the allowed values.</summary>
    public abstract bool Accepts(string text);

    /// <summary>The message to an author whose text is refused, as a sentence without its subject: "is ...; it must be ...".</summary>
    public string Refuse(string text) => $"is '{text}'; it must be {Allowed}.{Nearest.Suggest(text.Trim(), Choices)}";

    /// <summary>LB1008 for a text that is refused.</summary>
    public Diagnostic Problem(string text) => new(DiagnosticCode.InvalidProperty, Severity.Error, $"{Property} {Refuse(text)}");

    /// <inheritdoc/>
    public override string ToString() => Property;

    // The untyped side of Option<T>, by which settings are read and written option by option.
    internal abstract bool TryRead(string text, out object? value);

    internal abstract string Write(object? value);

    internal abstract object? UntypedDefault { get; }
}

/// <summary>An option with values of type <typeparamref name="T"/>, which is nullable where it may be without one.</summary>
public sealed class Option<T> : Option
{
    private readonly OptionKind<T> kind;

    internal Option(Topic topic, string property, OptionKind<T> kind, T defaultValue, string meaning, Steps steps)
        : base(topic, property, meaning, steps)
    {
        (this.kind, Default) = (kind, defaultValue);
    }

    /// <summary>The default value.</summary>
    public T Default { get; }

    /// <inheritdoc/>
    public override string Allowed => kind.Allowed;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Choices => kind.Choices;

    /// <inheritdoc/>
    public override OptionForm Form => kind.Form;

    /// <inheritdoc/>
    public override bool IsOptional => TryParse("", out _);

    /// <inheritdoc/>
    public override string DefaultText => Format(Default);

    internal override object? UntypedDefault => Default;

    /// <summary>Reads a value; white space around it does not count.</summary>
    /// <returns>True if the text is one of the allowed values.</returns>
    public bool TryParse(string text, out T value) => kind.TryRead(text.Trim(), out value);

    /// <summary>Writes a value as <see cref="TryParse"/> reads it.</summary>
    public string Format(T value) => kind.Write(value);

    /// <summary>The value among texts by property; the default where it is missing or empty.</summary>
    /// <exception cref="LoraBuildException">LB1008: the text is none of the allowed values.</exception>
    public T Read(IReadOnlyDictionary<string, string> values)
    {
        if (!values.TryGetValue(Property, out var text) || string.IsNullOrWhiteSpace(text))
            return Default;
        return TryParse(text, out var value) ? value : throw new LoraBuildException(Problem(text));
    }

    /// <inheritdoc/>
    public override bool Accepts(string text) => TryParse(text, out _);

    internal override bool TryRead(string text, out object? value)
    {
        var isValue = TryParse(text, out var typed);
        value = typed;
        return isValue;
    }

    internal override string Write(object? value) => Format((T)value!);
}
