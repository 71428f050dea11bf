namespace LoraBuild.Builds;

/// <summary>What an author may say about the rules for tags, and what the build says of tags that look wrong.</summary>
public sealed class TagRulesTests
{
    [Fact]
    public void An_own_table_of_implications_is_an_input_and_its_mistakes_are_errors_with_a_line()
    {
        using var project = OnePicture("1girl, beret, hat, petal skort, skirt");
        project.Properties["LoraImplications"] = "own.txt";
        Assert.Contains("error LB1008: LoraImplications names 'own.txt'", project.Build().Output, StringComparison.Ordinal);

        project.Write("own.txt", "skirt <- petal skort\nmicroskirt <- skirt\n");
        Assert.Contains("own.txt(2,1): error LB3005", project.Build().Output, StringComparison.Ordinal);

        project.Write("own.txt", "skirt <- petal skort\nhat </- beret\n");
        Assert.True(project.Build().Succeeded);
        Assert.Equal("hoshinoaoi, beret, hat, petal skort", Assert.Single(project.Captions()).Value);

        project.Write("own.txt", "hat </- beret\n");
        var changed = project.Build();
        Assert.Equal((0, 1), (changed.Processed("StripFeatures"), changed.Processed("Dedupe")));
        Assert.Equal("hoshinoaoi, beret, hat, petal skort, skirt", Assert.Single(project.Captions()).Value);
    }

    [Fact]
    public void Contradictions_and_rare_features_are_warnings_that_name_the_pictures()
    {
        using var project = OnePicture("1girl, long hair, short hair, standing");
        for (var index = 0; index < 5; index++)
            project.With("low/aoi_207.jpg", $"images/low/more{index}.jpg").Write($"images/low/more{index}.txt", "1girl, long hair");

        var first = project.Build();
        Assert.True(first.Succeeded, first.Output);
        Assert.Contains("warning LB3007: Only few of her pictures show short hair (aoi_001).", first.Output, StringComparison.Ordinal);
        Assert.Contains(
            "warning LB3008: 'short hair' and 'long hair' contradict each other, and stand both in aoi_001.", first.Output,
            StringComparison.Ordinal);
        Assert.Equal("hoshinoaoi, standing", project.Captions()["16_hoshinoaoi/aoi_001.txt"]);

        var second = project.Build("-p:LoraFeatureFrequency=0.2");
        Assert.Equal(6, second.Processed("StripFeatures"));
        Assert.Equal("hoshinoaoi, short hair, standing", project.Captions()["16_hoshinoaoi/aoi_001.txt"]);
    }

    [Fact]
    public void Outfits_are_suggested_although_the_build_has_nothing_to_do()
    {
        using var project = OnePicture("1girl, white dress, red footwear").With("low/aoi_207.jpg");
        project.Write("images/low/aoi_207.txt", "1girl, white dress, smile");
        Assert.True(project.Build().Succeeded);

        Assert.True(project.Build("-t:SuggestOutfits").Succeeded);

        Assert.Equal(
            "outfits:\n  # 2 pictures: aoi_001, aoi_207\n  white dress:\n    when: {any: [white dress]}\n    tags: [white dress]\n",
            File.ReadAllText(project.PathOf("bin/suggested-outfits/hoshinoaoi.yaml")));
        Assert.True(project.Build().DidNothing);
    }

    private static CharacterProject OnePicture(string tags)
    {
        var project = new CharacterProject().With("high/aoi_001.png");
        project.Write("images/high/aoi_001.txt", tags);
        return project;
    }
}
