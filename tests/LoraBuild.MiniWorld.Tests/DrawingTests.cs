using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using LoraBuild.MiniWorld.Drawing;
using LoraBuild.MiniWorld.Training;

namespace LoraBuild.MiniWorld.Tests;

public class DrawingTests
{
    [Fact]
    public void A_drawing_is_a_function_of_its_seed()
    {
        var first = DrawnPicture.Draw(1, Purpose.CheckPictures, 5, 96, 160);
        var again = DrawnPicture.Draw(1, Purpose.CheckPictures, 5, 96, 160);
        var other = DrawnPicture.Draw(1, Purpose.VaePictures, 5, 96, 160);

        Assert.Equal(first.Pixels, again.Pixels);
        Assert.Equal(first.Tags, again.Tags);
        Assert.NotEqual(first.Pixels, other.Pixels);
    }

    [Fact]
    public void The_labels_are_those_of_the_examples_tagger_in_its_order()
    {
        var published = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Data", "tagger", "selected_tags.csv")).Skip(1)
            .Select(line => line.Split(',')[1]);

        Assert.Equal(published, TaggerTraining.Labels);
    }

    [Property]
    public Property Tags_are_labels_that_come_with_all_that_they_imply(int number)
    {
        var tags = DrawnPicture.Draw(7, Purpose.CheckPictures, number, 32, 32).Tags;

        return tags.All(TaggerTraining.Labels.Contains)
            .And(tags.Distinct().Count() == tags.Count)
            .And(tags.All(tag => DrawnTags.Implied.GetValueOrDefault(tag, []).All(tags.Contains)));
    }

    [Property]
    public Property The_examples_character_is_never_drawn_to_learn_from(int number)
    {
        var scene = Casting.Scene(new Dice(3, number), 128, 128, pairs: 0.5);

        return scene.Girls.All(girl => !(girl is { HairColour: "black", Ears: "horse" }
            or { HairColour: "black", EyeColour: "yellow", HairLength: "very long" })).ToProperty();
    }

    [Property]
    public Property What_she_wears_can_be_told_from_what_is_behind_it(int number)
    {
        var girl = Casting.Scene(new Dice(5, number), 128, 128).Girls[0];
        var outfit = girl.Outfit;

        return (outfit.Vest is null || (outfit.Vest != outfit.TopColour && girl.Pose != "book"))
            .And(outfit.Necktie is null || (outfit.Necktie != outfit.TopColour && outfit.Necktie != outfit.Vest))
            .And(outfit.Choker is null || (outfit.Choker != outfit.TopColour && outfit.Collar != "frilled"));
    }

    [Fact]
    public void What_a_portrait_does_not_show_is_not_among_its_tags()
    {
        string[] hidden =
            ["skirt", "pants", "shoes", "boots", "belt", "pantyhose", "standing", "long_sleeves", "short_sleeves", "arms_at_sides"];
        var portraits = Enumerable.Range(0, 200).Select(number => DrawnPicture.Draw(1, Purpose.CheckPictures, number, 32, 32).Tags)
            .Where(tags => tags.Contains("portrait")).ToList();

        Assert.NotEmpty(portraits);
        Assert.All(portraits, tags => Assert.Empty(tags.Intersect(hidden)));
    }

    [Fact]
    public void A_closed_shape_is_filled_in_its_colour_and_what_is_drawn_later_covers_it()
    {
        var girl = DrawnPicture.Draw(1, Purpose.CheckPictures, 1, 128, 128);
        var again = SceneDrawing.Draw(
            new Scene(
                [
                    new Girl
                    {
                        HairColour = "red", HairLength = "short", Bangs = "blunt", EyeColour = "blue", Mouth = "closed", Pose = "sides",
                        Outfit = new Outfit { Top = "shirt", TopColour = "green", Bottom = "pants", BottomColour = "blue" },
                    },
                ],
                "full",
                "white"),
            128,
            128,
            seed: 1);

        Assert.NotEqual(girl.Pixels, again);
        Assert.Equal([255, 255, 255], Pixel(again, 2, 2));
        // Above the eyes is her fringe, in the middle her shirt, below it her pants: the strongest channel tells.
        Assert.Equal(0, Strongest(Column(again).First(pixel => pixel.Max() - pixel.Min() > 90)));
        Assert.Contains(Column(again), pixel => Strongest(pixel) == 1 && pixel.Max() - pixel.Min() > 60);
        Assert.Contains(Column(again), pixel => Strongest(pixel) == 2 && pixel.Max() - pixel.Min() > 60);

        static byte[] Pixel(byte[] picture, int x, int y) => picture.AsSpan(((y * 128) + x) * 3, 3).ToArray();
        static IEnumerable<byte[]> Column(byte[] picture) => Enumerable.Range(0, 128).Select(y => Pixel(picture, 64, y));
        static int Strongest(byte[] pixel) => Array.IndexOf(pixel, pixel.Max());
    }
}
