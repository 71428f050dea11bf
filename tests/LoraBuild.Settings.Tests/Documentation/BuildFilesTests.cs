using System.Text.RegularExpressions;
using System.Xml.Linq;
using LoraBuild.Dataset.Pictures;

namespace LoraBuild.Settings.Tests.Documentation;

/// <summary>What the files that a character project imports keep to.</summary>
public sealed partial class BuildFilesTests
{
    public static TheoryData<string> Files => [.. new[] { "build", "Sdk" }.SelectMany(folder => Directory.GetFiles(
        Path.Combine(AppContext.BaseDirectory, folder), "*.props")
        .Concat(Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, folder), "*.targets")))
        .Select(file => Path.GetRelativePath(AppContext.BaseDirectory, file))];

    [Theory]
    [MemberData(nameof(Files))]
    public void Evaluation_reads_no_file_and_no_folder_but_by_globs(string file)
    {
        var outsideTargets = XDocument.Load(Path.Combine(AppContext.BaseDirectory, file)).Root!.Elements()
            .Where(element => element.Name.LocalName != "Target")
            .DescendantsAndSelf()
            .SelectMany(element => element.Attributes().Select(attribute => attribute.Value)
                .Concat(Enumerable.Repeat(element.Value, element.HasElements ? 0 : 1)));
        Assert.DoesNotContain(outsideTargets, text => ReadsFiles().IsMatch(text));
    }

    [Fact]
    public void The_documents_name_the_version_that_is_packed()
    {
        var version =
            XDocument.Load(Path.Combine(AppContext.BaseDirectory, "build", "Engines.props")).Descendants("LoraBuildVersion").Single().Value;
        var documents = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "versioned"), "*.md", SearchOption.AllDirectories);
        Assert.Equal(2, documents.Length);
        Assert.All(documents, document => Assert.All(
            Versions().Matches(File.ReadAllText(document)), match => Assert.Equal(version, match.Groups["version"].Value)));
        Assert.All(documents, document => Assert.Matches(Versions(), File.ReadAllText(document)));
    }

    [Fact]
    public void The_pictures_that_are_found_are_those_that_the_code_knows_by_their_names()
    {
        var extensions = XDocument.Load(Path.Combine(AppContext.BaseDirectory, "build", "LoraBuild.props"))
            .Descendants("_LoraPictureExtensions").Single().Value.Split(';');
        Assert.All(extensions, extension => Assert.True(PictureFiles.IsPicture($"a.{extension}"), extension));
        Assert.Equal(extensions.Length, PictureFiles.Extensions.Count);
    }

    // Exists() is no reading: it asks whether a library is there.
    [GeneratedRegex(@"\[System\.IO\.(File|Directory)\]|GetRegistryValue|GetDirectoryNameOfFileAbove")]
    private static partial Regex ReadsFiles();

    [GeneratedRegex(@"LoraBuild\.(Sdk/|Templates\.)(?<version>\d+\.\d+\.\d+)")]
    private static partial Regex Versions();
}
