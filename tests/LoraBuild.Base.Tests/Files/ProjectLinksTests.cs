using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;

namespace LoraBuild.Base.Tests.Files;

public sealed class ProjectLinksTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string project;
    private readonly string secret;

    public ProjectLinksTests()
    {
        project = Path.GetDirectoryName(folder.Write("project/character.yaml", "trigger: aoi"))!;
        folder.Write("project/images/a.png", "");
        secret = folder.Write("secret/key.txt", "");
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_link_that_leads_out_is_refused_by_its_name()
    {
        var link = Link("project/images/a.txt", secret);

        var refusal = new ProjectLinks(project, areFollowed: false).Refuse(link)!;

        Assert.Equal((DiagnosticCode.LinkOutside, Severity.Error, link), (refusal.Code, refusal.Severity, refusal.File));
        Assert.Contains($"'{secret}'", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_author_can_allow_it() =>
        Assert.Null(new ProjectLinks(project, areFollowed: true).Refuse(Link("project/images/a.txt", secret)));

    [Fact]
    public void So_is_one_by_another_link_by_a_relative_one_and_by_a_folder()
    {
        Link("project/images/b.txt", Link("project/images/a.txt", secret));
        Link("project/images/c.txt", "../../secret/key.txt");
        Link("project/images/sub", folder.File("secret"));
        // By text it stays within the project.
        Link("project/images/d.txt", "sub/../project/images/a.txt");
        var links = new ProjectLinks(project, areFollowed: false);

        foreach (var name in new[] { "b.txt", "c.txt", "sub/key.txt", "d.txt" })
            Assert.NotNull(links.Refuse(Path.Combine(project, "images", name)));
    }

    [Fact]
    public void Links_within_the_project_are_followed()
    {
        Link("project/images/b.png", "a.png");
        Link("project/images/again", project);
        var links = new ProjectLinks(project, areFollowed: false);

        foreach (var name in new[] { "a.png", "b.png", "again/images/a.png", "again/images/again/images/b.png" })
            Assert.Null(links.Refuse(Path.Combine(project, "images", name)));
    }

    [Fact]
    public void A_project_that_is_itself_reached_by_a_link_is_compared_by_real_paths()
    {
        var other = Link("other", project);
        Link("project/images/b.png", Path.Combine(project, "images/a.png"));
        Link("project/images/c.txt", secret);

        var links = new ProjectLinks(other, areFollowed: false);

        Assert.Null(links.Refuse(Path.Combine(other, "images/a.png")));
        Assert.Null(links.Refuse(Path.Combine(other, "images/b.png")));
        Assert.NotNull(links.Refuse(Path.Combine(other, "images/c.txt")));
    }

    [Fact]
    public void Circles_and_links_to_nothing_are_no_business_of_theirs()
    {
        Link("project/images/b.png", "c.png");
        Link("project/images/c.png", "b.png");
        Link("project/images/d.png", "gone.png");
        var links = new ProjectLinks(project, areFollowed: false);

        foreach (var name in new[] { "b.png", "c.png", "d.png", "e.png" })
            Assert.Null(links.Refuse(Path.Combine(project, "images", name)));
    }

    [Fact]
    public void What_the_project_names_elsewhere_is_taken_unless_it_is_a_link()
    {
        var file = folder.Write("pool/a.png", "");
        var link = Link("pool/b.png", secret);
        var links = new ProjectLinks(project, areFollowed: false);

        Assert.Null(links.Refuse(file));
        Assert.NotNull(links.Refuse(link));
        links.Add(folder.File("secret"));
        Assert.Null(links.Refuse(link));
    }

    private string Link(string name, string target)
    {
        var path = folder.File(name);
        File.CreateSymbolicLink(path, target);
        return path;
    }
}
