using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.Tests.Tags;

public class TagEditTests
{
    private static readonly string[] Raw = ["smile", "cup", "blurry", "hat"];

    [Fact]
    public void A_new_tag_takes_the_place_of_the_old_one()
    {
        var edited = TagEdit.Apply(Raw, [Edit(replace: ("cup", "mug"))]);
        Assert.Equal(["smile", "mug", "blurry", "hat"], edited.Tags);
        Assert.True(edited.IsPinned("mug") && edited.IsBanned("cup"));
        Assert.Contains(new TagChange("cup", TagChangeKind.Replaced, "replaced by hand", "mug"), edited.Changes);
    }

    [Fact]
    public void A_replacement_whose_old_tag_is_absent_does_nothing()
    {
        var edited = TagEdit.Apply(Raw, [Edit(replace: ("sword", "katana"))]);
        Assert.Equal(Raw, edited.Tags);
        Assert.Empty(edited.Pinned);
    }

    [Fact]
    public void Removing_comes_before_adding_and_both_are_recorded()
    {
        var edited = TagEdit.Apply(Raw, [Edit(add: "indoors", remove: "blurry")]);
        Assert.Equal(["smile", "cup", "hat", "indoors"], edited.Tags);
        Assert.Equal(["indoors"], edited.Pinned);
        Assert.Equal(["blurry"], edited.Banned);
        Assert.Equal(2, edited.Changes.Count);
    }

    [Fact]
    public void A_later_edit_overrides_an_earlier_one()
    {
        var edited = TagEdit.Apply(Raw, [Edit(remove: "hat"), Edit(add: "hat")]);
        Assert.Contains("hat", edited.Tags);
        Assert.True(edited.IsPinned("hat"));
        Assert.False(edited.IsBanned("hat"));
    }

    [Fact]
    public void Adding_what_is_there_pins_it_without_doubling_it()
    {
        var edited = TagEdit.Apply(Raw, [Edit(add: "smile")]);
        Assert.Equal(Raw, edited.Tags);
        Assert.True(edited.IsPinned("smile"));
    }

    private static TagEdit Edit(string? add = null, string? remove = null, (string Old, string New)? replace = null) => new(
        add is null ? [] : [add],
        remove is null ? [] : [remove],
        replace is { } pair ? new Dictionary<string, string> { [pair.Old] = pair.New } : []);
}
