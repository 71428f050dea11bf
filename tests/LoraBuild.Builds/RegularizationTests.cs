using LoraBuild.Dataset.Manifest;

namespace LoraBuild.Builds;

/// <summary>Regularisation images that the base model draws, in real builds.</summary>
public sealed class RegularizationTests
{
    private const string Small = " --w 64 --h 64 --s 2";

    [Fact]
    public void They_are_drawn_once_each_with_its_prompt_and_trained_on_beside_hers()
    {
        using var project = new CharacterProject(train: true).With("low/aoi_207.jpg");
        Write(project, "1girl, red dress", "1girl, outdoors");
        project.Properties["LoraRegularizationPrompts"] = "others.txt";
        project.Properties["LoraRegularizationCount"] = "3";

        var built = project.Build();

        Assert.True(built.Succeeded, built.Output);
        Assert.Equal(3, built.Processed("DrawRegularizationImages"));
        var group = Assert.Single(DatasetFile.Read(project.PathOf("bin/dataset")).Groups, group => group.IsRegularization);
        Assert.Equal("regularization/1_1girl", group.Folder);
        Assert.Equal(
            [("drawn+0001.png", "1girl, red dress"), ("drawn+0002.png", "1girl, outdoors"), ("drawn+0003.png", "1girl, red dress")],
            group.Pictures.Select(picture => (picture.File, picture.Caption)));
        Assert.Equal(3, group.Pictures.Select(picture => picture.Sha256).Distinct().Count());
        // Nothing of them is tagged.
        Assert.Equal(1, built.Processed("Tag"));
        Assert.True(project.Build().DidNothing);

        // From the cache, to the same bytes.
        var outputs = project.Outputs();
        Directory.Delete(project.PathOf("bin"), recursive: true);
        Directory.Delete(project.PathOf("obj"), recursive: true);
        var again = project.Build();
        Assert.Equal((0, 3), (again.Processed("DrawRegularizationImages"), again.Restored("DrawRegularizationImages")));
        Assert.False(again.Trained);
        Assert.Equal(outputs, project.Outputs());

        // Another prompt is another dataset; none at all leaves nothing of them.
        Write(project, "1girl, red dress", "1girl, indoors");
        Assert.True(project.Build() is { Succeeded: true, Trained: true });
        project.Properties.Remove("LoraRegularizationPrompts");
        Assert.True(project.Build().Succeeded);
        Assert.False(Directory.Exists(project.PathOf("bin/dataset/regularization")));
        Assert.False(Directory.Exists(project.PathOf("obj/lora/regularization"))
            && Directory.EnumerateFiles(project.PathOf("obj/lora/regularization")).Any());
    }

    [Fact]
    public void A_wrong_prompt_or_number_stops_the_build_before_any_work()
    {
        using var project = new CharacterProject().With("low/aoi_207.jpg");
        Write(project, "1girl --steps 3");
        project.Properties["LoraRegularizationPrompts"] = "others.txt";
        project.Properties["LoraRegularizationCount"] = "0";

        var failed = project.Build();

        Assert.False(failed.Succeeded);
        Assert.Contains(failed.Diagnostics, line => line.Contains("others.txt(1,7): error LB1016", StringComparison.Ordinal));
        Assert.Contains(failed.Diagnostics, line => line.Contains("error LB1008: LoraRegularizationCount", StringComparison.Ordinal));
        Assert.Null(failed.Processed("Normalize"));
    }

    [Fact]
    public void A_picture_of_hers_that_becomes_one_of_others_is_seen()
    {
        using var project = new CharacterProject().With("low/aoi_202.jpg").With("low/aoi_207.jpg");
        project.Properties["EnableDefaultCharacterImageItems"] = "false";
        project.Items = Items("CharacterImage");
        Assert.True(project.Build().Succeeded);
        Assert.All(DatasetFile.Read(project.PathOf("bin/dataset")).Groups, group => Assert.False(group.IsRegularization));

        project.Items = Items("LoraRegularizationImage");
        var moved = project.Build();

        Assert.True(moved.Succeeded, moved.Output);
        Assert.Single(DatasetFile.Read(project.PathOf("bin/dataset")).Groups, group => group.IsRegularization);
        Assert.Contains("2 pictures, all up to date", project.Build().Output, StringComparison.Ordinal);

        static string Items(string second) =>
            $"  <ItemGroup>\n    <CharacterImage Include=\"images/low/aoi_202.jpg\" />\n    <{second} Include=\"images/low/aoi_207.jpg\" "
            + "/>\n  </ItemGroup>\n";
    }

    private static void Write(CharacterProject project, params string[] prompts) =>
        project.Write("others.txt", string.Concat(prompts.Select(prompt => prompt + Small + "\n")));
}
