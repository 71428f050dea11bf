using System.Globalization;
using LoraBuild.Base.Files;
using LoraBuild.Base.Geometry;

namespace LoraBuild.Settings;

/// <summary>The form of an option's values: what they are read as by others than the option itself.</summary>
public enum OptionForm
{
    /// <summary>A word, a whole number, or several of them.</summary>
    Plain,

    /// <summary>A number that need not be whole.</summary>
    Real,

    /// <summary>Any text, also one that reads as a number.</summary>
    Text,

    /// <summary>A list of <c>KEY=VALUE</c> with spaces between.</summary>
    List,

    /// <summary>A file or folder, by its path from the project or as a URI.</summary>
    File,
}

/// <summary>Reads a value of an option.</summary>
/// <param name="text">The text, without white space around it.</param>
/// <param name="value">The value.</param>
/// <returns>True if the text is one.</returns>
internal delegate bool ValueReader<T>(string text, out T value);

/// <summary>The values that an option takes: their description, how they are read from text and written as text.</summary>
/// <param name="Allowed">The values, as the end of the sentence "it must be ...".</param>
/// <param name="TryRead">Reads a value.</param>
/// <param name="Write">Writes a value as <paramref name="TryRead"/> reads it.</param>
internal sealed record OptionKind<T>(string Allowed, ValueReader<T> TryRead, Func<T, string> Write)
{
    public IReadOnlyList<string> Choices { get; init; } = [];

    public OptionForm Form { get; init; }
}

/// <summary>The kinds of values that there are.</summary>
internal static class OptionKind
{
    /// <summary>A text that is not empty.</summary>
    public static OptionKind<string> Text { get; } = new("a text", TryText, text => text) { Form = OptionForm.Text };

    /// <summary>A text, or null.</summary>
    public static OptionKind<string?> OptionalText { get; } =
        new("empty or a text", TryOptional, text => text ?? "") { Form = OptionForm.Text };

    /// <summary>A file or folder, or null.</summary>
    public static OptionKind<string?> FilePath { get; } =
        new("empty or a file", TryOptional, text => text ?? "") { Form = OptionForm.File };

    /// <summary>Tags with commas between, or null.</summary>
    public static OptionKind<string?> Tags { get; } = OptionalText with { Allowed = "empty or tags with commas between" };

    /// <summary>The longest name of an output in bytes of UTF-8: endings of files and of unfinished ones must fit beside it.</summary>
    public const int MostNameBytes = 170;

    private static readonly System.Buffers.SearchValues<char> NotInNames = System.Buffers.SearchValues.Create(":*?\"<>|");

    /// <summary>A file's name without its folder.</summary>
    public static OptionKind<string> FileName { get; } = new(
        $"a file name without a folder, of at most {MostNameBytes} bytes in UTF-8, without control characters and any of \\ / : * ? \" < "
        + "> |, and without a dot at its end",
        (string text, out string value) => InnerPath.NameFault(value = text) is null
            && text.AsSpan().IndexOfAny(NotInNames) < 0
            && System.Text.Encoding.UTF8.GetByteCount(text) <= MostNameBytes,
        text => text);

    /// <summary>The beginning of a file's name, or null.</summary>
    public static OptionKind<string?> NameBeginning { get; } = OptionalParsed(
        "empty or the beginning of a folder's name",
        text => InnerPath.NameFault(text + "0") is null ? text : null) with { Form = OptionForm.Text };

    /// <summary>True or false.</summary>
    public static OptionKind<bool> Flag { get; } = new("true or false", bool.TryParse, value => value ? "true" : "false");

    /// <summary>True, false or null.</summary>
    public static OptionKind<bool?> OptionalFlag { get; } = OrEmpty(Flag) with { Allowed = "empty, true or false" };

    /// <summary>A size such as <c>20 GB</c>, in bytes.</summary>
    public static OptionKind<long> Bytes { get; } = new("a size such as 20 GB", ByteSize.TryParse, ByteSize.Format);

    /// <summary>An http or https address.</summary>
    public static OptionKind<string> Address { get; } = new(
        "an http or https address",
        (string text, out string value) => WebAddress.Is(value = text),
        text => text);

    /// <summary>The SHA-256 of a file in hexadecimal digits, or null.</summary>
    public static OptionKind<string?> Sha256 { get; } =
        OptionalText with { Allowed = "empty or 64 hexadecimal digits", Form = OptionForm.Plain };

    /// <summary>Keys and values of <see cref="Settings.KeywordArguments"/>.</summary>
    /// <param name="example">Such a list.</param>
    public static OptionKind<KeywordArguments> Arguments(string example) => new(
        $"a list of KEY=VALUE with spaces between, each key once, such as {example}",
        Settings.KeywordArguments.TryParse,
        arguments => arguments.ToString())
    {
        Form = OptionForm.List,
    };

    /// <summary>A whole number from <paramref name="min"/> to <paramref name="max"/>; the greatest of all bounds nothing.</summary>
    public static OptionKind<int> Whole(int min, int max) => new(
        max == int.MaxValue ? $"a whole number of at least {min}" : $"a whole number from {min} to {max}",
        (string text, out int value) =>
            int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) && value >= min && value <= max,
        value => value.ToString(CultureInfo.InvariantCulture));

    /// <summary>The same of 64 bits.</summary>
    public static OptionKind<long> Long(long min, long max) => new(
        max == long.MaxValue ? $"a whole number of at least {min}" : $"a whole number from {min} to {max}",
        (string text, out long value) =>
            long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) && value >= min && value <= max,
        value => value.ToString(CultureInfo.InvariantCulture));

    /// <summary>A number from <paramref name="min"/> to <paramref name="max"/>; the greatest of all bounds nothing.</summary>
    public static OptionKind<double> Number(double min, double max) => new(
        max == double.MaxValue
            ? string.Create(CultureInfo.InvariantCulture, $"a number of at least {min}")
            : string.Create(CultureInfo.InvariantCulture, $"a number from {min} to {max}"),
        (string text, out double value) =>
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && value >= min && value <= max,
        value => value.ToString(CultureInfo.InvariantCulture))
    {
        Form = OptionForm.Real,
    };

    /// <summary>A number above 0.</summary>
    /// <param name="max">The greatest.</param>
    /// <param name="unit">The unit, as it follows "a number": " of seconds", or nothing.</param>
    public static OptionKind<double> Above0(double max, string unit = "") => Number(double.Epsilon, max) with
    {
        Allowed = string.Create(CultureInfo.InvariantCulture, $"a number{unit} above 0 and up to {max}"),
    };

    /// <summary>One of several words, in upper or lower case.</summary>
    public static OptionKind<T> Choice<T>(params (string Text, T Value)[] choices)
        where T : notnull => new(
        Enumeration([.. choices.Select(choice => choice.Text)]),
        (string text, out T value) =>
        {
            var found = choices.FirstOrDefault(choice => choice.Text.Equals(text, StringComparison.OrdinalIgnoreCase));
            value = found.Value;
            return found.Text is not null;
        },
        value => choices.First(choice => choice.Value.Equals(value)).Text)
    {
        Choices = [.. choices.Select(choice => choice.Text)],
    };

    /// <summary>One of several words as they are.</summary>
    public static OptionKind<string> Word(params string[] words) =>
        new(Enumeration(words), (string text, out string value) => words.Contains(value = text), text => text) { Choices = words };

    /// <summary>The size of a picture: both sides, or one number for both.</summary>
    public static OptionKind<PixelSize> Size(int min, int max, int unit = 1) => new(
        unit == 1 ? $"WIDTH,HEIGHT or one number for both, each from {min} to {max}" : $"WIDTH,HEIGHT in pixels, multiples of {unit}",
        (string text, out PixelSize value) =>
        {
            var side = Whole(min, max);
            var height = 0;
            var sides = text.Split(',', StringSplitOptions.TrimEntries);
            var isSize = sides.Length is 1 or 2 & side.TryRead(sides[0], out var width) && side.TryRead(sides[^1], out height);
            value = new(width, height);
            return isSize && width % unit == 0 && height % unit == 0;
        },
        size => $"{size.Width},{size.Height}");

    /// <summary>A stretch of training in steps or epochs.</summary>
    public static OptionKind<TrainingLength> Length(int min) => new(
        $"a number of steps such as 370 or of epochs such as '10 epochs', {(min == 0 ? "or 0" : $"at least {min}")}{MostLength}",
        (string text, out TrainingLength value) =>
            TrainingLength.TryParse(text, out value) && value is { Share: 0, IsAutomatic: false } && value.Count >= min,
        length => length.ToString());

    /// <summary>A stretch of training in steps or epochs, or a share of the whole.</summary>
    public static OptionKind<TrainingLength> LengthOrShare { get; } = new(
        $"a number of steps such as 370, of epochs such as '10 epochs', a share of the training such as 0.1 or 10%, or 0{MostLength}",
        (string text, out TrainingLength value) => TrainingLength.TryParse(text, out value) && !value.IsAutomatic,
        length => length.ToString());

    /// <summary>The same, or <c>auto</c>: one epoch, but at most half of the training.</summary>
    public static OptionKind<TrainingLength> LengthShareOrAuto { get; } = LengthOrShare with
    {
        Allowed = $"auto, {LengthOrShare.Allowed}",
        TryRead = TrainingLength.TryParse,
    };

    /// <summary>The values that <paramref name="parse"/> reads; it gives null for any other text.</summary>
    public static OptionKind<T> Parsed<T>(string allowed, Func<string, T?> parse)
        where T : class => new(allowed, (string text, out T value) => (value = parse(text)!) is not null, value => value.ToString()!);

    /// <summary>The same, or null.</summary>
    public static OptionKind<T?> OptionalParsed<T>(string allowed, Func<string, T?> parse)
        where T : class => new(
        allowed,
        (string text, out T? value) => (value = text.Length == 0 ? null : parse(text)) is not null || text.Length == 0,
        value => value?.ToString() ?? "");

    /// <summary>The same kind of values, or null.</summary>
    public static OptionKind<T?> OrEmpty<T>(this OptionKind<T> kind)
        where T : struct => new(
        $"empty or {kind.Allowed}",
        (string text, out T? value) =>
        {
            value = null;
            if (text.Length == 0)
                return true;
            var isValue = kind.TryRead(text, out var read);
            value = read;
            return isValue;
        },
        value => value is { } given ? kind.Write(given) : "")
    {
        Choices = kind.Choices,
        Form = kind.Form,
    };

    private static string MostLength =>
        string.Create(
            CultureInfo.InvariantCulture, $"; up to {TrainingLength.MostSteps:N0} steps or {TrainingLength.MostEpochs:N0} epochs");

    private static bool TryText(string text, out string value) => (value = text).Length > 0;

    private static bool TryOptional(string text, out string? value)
    {
        value = text.Length == 0 ? null : text;
        return true;
    }

    private static string Enumeration(IReadOnlyList<string> words) =>
        words.Count == 1 ? words[0] : $"{string.Join(", ", words.SkipLast(1))} or {words[^1]}";
}
