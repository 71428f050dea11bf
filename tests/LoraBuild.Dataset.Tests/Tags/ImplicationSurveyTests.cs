using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.Tests.Tags;

public class ImplicationSurveyTests
{
    [Theory]
    [InlineData("skirt <- petal skort", 0)]
    [InlineData("hat </- beret", 0)]
    [InlineData("holding <- clutching *", 0)]
    [InlineData("skirt <- petal skort\nskirt </- petal skort", 0)]
    [InlineData("hat <- beret", 1)]
    [InlineData("skirt <- green skirt", 1)]
    [InlineData("hat </- boots", 1)]
    [InlineData("skirt <- petal skort\nskirt <- petal skort", 2)]
    public void An_entry_that_changes_nothing_is_told_with_its_line(string text, int line)
    {
        var told = ImplicationSurvey.Unused(text, "own.txt").ToList();

        Assert.Equal(line == 0 ? [] : [line], told.Select(one => one.Line));
        Assert.All(told, one => Assert.Equal((DiagnosticCode.NoEffect, Severity.Warning, "own.txt"), (one.Code, one.Severity, one.File)));
    }

    [Fact]
    public void A_table_without_entries_is_told() => Assert.Single(ImplicationSurvey.Unused("# nothing\n", "own.txt"));
}
