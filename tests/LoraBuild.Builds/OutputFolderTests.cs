namespace LoraBuild.Builds;

/// <summary>Another output folder than <c>bin</c>: <c>-o</c> and <c>OutputPath</c>.</summary>
public sealed class OutputFolderTests
{
    [Fact]
    public void What_is_up_to_date_in_one_folder_is_not_in_another()
    {
        using var project = Project();
        Assert.True(project.Build().Succeeded);
        var captions = project.Captions();

        var other = project.Build("-o", project.PathOf("another"));
        Assert.True(other.Succeeded, other.Output);
        Assert.Equal(captions.Keys.Select(file => File.ReadAllText(project.PathOf($"another/dataset/{file}"))), captions.Values);
        Assert.Contains("all up to date", project.Build("-o", project.PathOf("another")).Output, StringComparison.Ordinal);

        Assert.True(project.Build("-p:OutputPath=no/slash").Succeeded);
        Assert.True(File.Exists(project.PathOf("no/slash/dataset/dataset.json")));
    }

    [Fact]
    public void After_an_edit_another_folder_gets_the_whole_dataset()
    {
        using var project = Project();
        Assert.True(project.Build().Succeeded);
        project.Write("images/low/aoi_207.txt", "1girl, smile");

        Assert.True(project.Build("-o", project.PathOf("another")).Succeeded);

        Assert.Equal("hoshinoaoi, smile", File.ReadAllText(project.PathOf("another/dataset/4_hoshinoaoi/aoi_207.txt")));
        Assert.True(File.Exists(project.PathOf("another/dataset/16_hoshinoaoi/aoi_001.png")));
    }

    [Fact]
    public void Nothing_of_the_author_s_is_deleted()
    {
        using var project = Project();
        var own = project.Write("dataset/own.txt", "the author's");
        var elsewhere = project.Write("elsewhere/dataset/own.txt", "the author's too");

        Assert.Contains(project.Build("-o", ".").Diagnostics, line => line.Contains("error LB1008", StringComparison.Ordinal));
        Assert.Contains(
            project.Run("clean", ["-p:OutputPath=./"]).Diagnostics, line => line.Contains("error LB1008", StringComparison.Ordinal));
        Assert.Contains(project.Build("-o", "elsewhere").Diagnostics, line => line.Contains("error LB6010", StringComparison.Ordinal));
        // Nor by the next one, which follows one that failed.
        Assert.Contains(project.Build("-o", "elsewhere").Diagnostics, line => line.Contains("error LB6010", StringComparison.Ordinal));

        Assert.Equal("the author's", File.ReadAllText(own));
        Assert.Equal("the author's too", File.ReadAllText(elsewhere));
    }

    [Theory]
    [InlineData("OutputPath")]
    [InlineData("BaseIntermediateOutputPath")]
    public void LoraBuild_itself_which_is_built_first_in_its_repository_stays_out_of_it(string property)
    {
        using var project = Project();
        var example = Directory.GetFiles(Repository.Example, "*.loraproj").Single();

        // As if its sources were newer than what was built of them.
        var build =
            project.Run(
                "msbuild",
                [
                    example, "-t:BuildLoraBuild", $"-p:{property}={project.PathOf("out")}/",
                    $"-p:_LoraToolsStamp={project.PathOf("tools.stamp")}",
                ]);

        Assert.True(build.Succeeded, build.Output);
        Assert.True(File.Exists(project.PathOf("tools.stamp")));
        Assert.False(Directory.Exists(project.PathOf("out")));
    }

    private static CharacterProject Project()
    {
        var project = new CharacterProject().With("high/aoi_001.png").With("low/aoi_207.jpg");
        project.Properties["LoraReport"] = "false";
        project.Write("images/low/aoi_207.txt", "1girl");
        return project;
    }
}
