namespace LoraBuild.Builds;

/// <summary>Several characters in one project.</summary>
public sealed class CastTests
{
    [Fact]
    public void Each_character_has_her_own_pictures_trigger_rules_and_dataset_folders()
    {
        using var project = new CharacterProject { Items =
            "  <ItemGroup><Character Include=\"characters/*/character.yaml\" /></ItemGroup>\n" }
            .With("high/aoi_001.png", "characters/aoi/images/high/1.png")
            .With("low/aoi_207.jpg", "characters/hana/images/high/1.jpg");
        project.Write("characters/aoi/character.yaml", "trigger: hoshinoaoi\n");
        project.Write("characters/hana/character.yaml", "trigger: hana\nfeatures: {tags: [smile], keep: [black hair]}\n");
        project.Write("characters/aoi/images/high/1.txt", "1girl, black hair, smile");
        project.Write("characters/hana/images/high/1.txt", "1girl, black hair, smile, waving");

        var first = project.Build();
        Assert.True(first.Succeeded, first.Output);
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["16_hana/characters-hana-images-high-1.txt"] = "hana, black hair, waving",
                ["16_hoshinoaoi/characters-aoi-images-high-1.txt"] = "hoshinoaoi, smile",
            },
            project.Captions());

        // Another character's rules are not an input of this one's pictures.
        project.Write("characters/hana/character.yaml", "trigger: hana\n");
        var second = project.Build();
        Assert.Equal((1, 0), (second.Processed("StripFeatures"), second.Processed("Normalize")));
        Assert.True(project.Build().DidNothing);

        // A character that is added by a folder alone is a change.
        project.With("medium/aoi_107.jpg", "characters/rin/images/1.jpg");
        project.Write("characters/rin/character.yaml", "trigger: rin\n");
        project.Write("characters/rin/images/1.txt", "sitting");
        project.Build();
        Assert.Equal("rin, sitting", project.Captions()["8_rin/characters-rin-images-1.txt"]);
    }
}
