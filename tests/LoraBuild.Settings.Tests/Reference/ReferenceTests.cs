using System.Reflection;

namespace LoraBuild.Settings.Tests.Reference;

/// <summary>The files that follow from the table of options and from the list of codes say what these say.</summary>
public class ReferenceTests
{
    private const string WriteVariable = "LORABUILD_WRITE_REFERENCE";

    private static readonly string Root = typeof(ReferenceTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(metadata => metadata.Key == "RepositoryRoot").Value!;

    [Fact]
    public void The_properties_that_MSBuild_sets() => Check("build/Settings.props", _ => MSBuildFiles.Defaults());

    [Fact]
    public void The_items_that_MSBuild_passes_on() => Check("build/Settings.targets", _ => MSBuildFiles.Items());

    [Fact]
    public void The_properties_of_the_training_settings() =>
        Check("src/LoraBuild.Settings/TrainingSettings.Options.cs", _ => TrainingProperties.Code());

    [Fact]
    public void The_reference_of_all_properties() =>
        Check("build/README.md", text => ReferencePart.Replace(text, "settings", SettingsReference.Markdown()));

    [Fact]
    public void The_reference_of_all_codes() =>
        Check("build/README.md", text => ReferencePart.Replace(text, "codes", CodesReference.Markdown()));

    // A file that is out of date fails; where the variable is set, it is written anew.
    private static void Check(string file, Func<string, string> generate)
    {
        var path = Path.Combine(Root, file);
        var present = File.Exists(path) ? File.ReadAllText(path) : "";
        var expected = generate(present);
        if (present == expected)
            return;
        if (Environment.GetEnvironmentVariable(WriteVariable) is { Length: > 0 })
            File.WriteAllText(path, expected);
        else
            Assert.Fail($"{file} is out of date. Write it anew: {WriteVariable}=1 dotnet test tests/LoraBuild.Settings.Tests");
    }
}

/// <summary>The part of a Markdown file between two comments.</summary>
internal static class ReferencePart
{
    /// <summary>The text with another part.</summary>
    /// <param name="text">The whole file.</param>
    /// <param name="name">The part's name.</param>
    /// <param name="part">Its new content.</param>
    public static string Replace(string text, string name, string part)
    {
        var begin = $"<!-- {name}: {GeneratedHeader.Text} -->\n";
        var end = $"<!-- end of {name} -->\n";
        var (from, to) = (text.IndexOf(begin, StringComparison.Ordinal), text.IndexOf(end, StringComparison.Ordinal));
        Assert.True(from >= 0 && to > from, $"The file has no part between '{begin.Trim()}' and '{end.Trim()}'.");
        return string.Concat(text.AsSpan(0, from + begin.Length), part, text.AsSpan(to));
    }
}

/// <summary>The line that generated files begin with.</summary>
internal static class GeneratedHeader
{
    public const string Text = "follows from the code; written by LORABUILD_WRITE_REFERENCE=1 dotnet test tests/LoraBuild.Settings.Tests";
}
