namespace LoraBuild.Builds;

/// <summary>When the report is written, and when it is not.</summary>
public sealed class ReportTests
{
    private const string Page = "bin/report/index.html";

    [Fact]
    public void A_build_that_changed_something_writes_the_page_and_no_other_build_touches_it()
    {
        using var project = new CharacterProject().With("high/aoi_001.png");
        project.Write("images/high/aoi_001.txt", "1girl, smile");
        Assert.True(project.Build().Succeeded);
        Assert.Contains("\"smile\"", File.ReadAllText(project.PathOf(Page)), StringComparison.Ordinal);
        var written = File.GetLastWriteTimeUtc(project.PathOf(Page));

        // Touched, but of the same content: steps are looked at, and find the page as it should be.
        File.SetLastWriteTimeUtc(project.PathOf("character.yaml"), DateTime.UtcNow);
        Assert.DoesNotContain("Report ->", project.Build().Output, StringComparison.Ordinal);
        Assert.Equal(written, File.GetLastWriteTimeUtc(project.PathOf(Page)));

        project.Write("images/high/aoi_001.txt", "1girl, waving");
        Assert.Contains("Report ->", project.Build().Output, StringComparison.Ordinal);
        Assert.Contains("\"waving\"", File.ReadAllText(project.PathOf(Page)), StringComparison.Ordinal);

        Assert.True(project.Clean().Succeeded);
        Assert.False(File.Exists(project.PathOf(Page)));
    }

    [Fact]
    public void The_page_can_be_left_to_those_who_ask_for_it()
    {
        using var project = new CharacterProject(train: true).With("high/aoi_001.png");
        project.Write("images/high/aoi_001.txt", "1girl, smile");
        Assert.True(project.Build("-p:LoraReport=false", "-p:LoraTrain=false").Succeeded);
        Assert.False(File.Exists(project.PathOf(Page)));

        var asked = project.Build("-t:Report");
        Assert.True(asked.Succeeded, asked.Output);
        Assert.True(File.Exists(project.PathOf(Page)));
        Assert.False(asked.Trained);
    }

    [Fact]
    public void The_page_asked_for_shows_the_training_that_is_of_these_pictures_and_no_other()
    {
        using var project = new CharacterProject(train: true).With("high/aoi_001.png");
        project.Write("images/high/aoi_001.txt", "1girl, smile");
        project.Properties["LoraReport"] = "false";
        Assert.True(project.Build().Succeeded);

        Assert.True(project.Build("-t:Report").Succeeded);
        Assert.Contains("class=\"curves\"", File.ReadAllText(project.PathOf(Page)), StringComparison.Ordinal);

        project.Write("images/high/aoi_001.txt", "1girl, waving");
        Assert.True(project.Build("-t:Report").Succeeded);
        Assert.DoesNotContain("class=\"curves\"", File.ReadAllText(project.PathOf(Page)), StringComparison.Ordinal);
    }
}
