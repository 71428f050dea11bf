using System.Reflection;
using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Settings.Tests.Settings;

public class OptionsTests
{
    [Theory]
    [InlineData("../aoi")]
    [InlineData("a/b")]
    [InlineData(@"a\b")]
    [InlineData("..")]
    [InlineData("~aoi")]
    [InlineData("nul")]
    [InlineData("aoi.")]
    [InlineData("a\u2215b")]
    public void A_name_that_leads_elsewhere_is_no_value(string name)
    {
        Assert.Equal("LB1008", Assert.Single(ProjectProperties.Check(new Dictionary<string, string> { ["LoraOutputName"] = name })).Code);
        Assert.False(Options.FindName("log_prefix")!.Accepts(name + "/"));
    }

    [Fact]
    public void A_record_has_its_propertys_name()
    {
        foreach (var field in typeof(Options).GetFields(BindingFlags.Public | BindingFlags.Static))
            Assert.Equal($"Lora{field.Name}", ((Option)field.GetValue(null)!).Property);
        Assert.Equal(Options.All.Count, Options.All.Select(option => option.Property).Distinct(StringComparer.OrdinalIgnoreCase).Count());
    }

    [Fact]
    public void A_default_is_one_of_the_allowed_values()
    {
        Assert.All(
            Options.All.Where(option => option.Rule is null || option.DefaultText.Length > 0),
            option => Assert.True(option.Accepts(option.DefaultText), option.Property));
        Assert.All(
            Options.Training.Where(option => option.SdScriptsDefault is not null),
            option =>
                Assert.True(option.Accepts(option.SdScriptsDefault!) && option.SdScriptsDefault != option.DefaultText, option.Property));
    }

    [Theory]
    [InlineData("LoraTagOrder", "alphabet", "it must be model or score.")]
    [InlineData("LoraUndecided", "kep", "it must be keep or drop. Did you mean 'keep'?")]
    [InlineData("LoraReport", "never", "it must be auto, true or false.")]
    [InlineData("LoraCombineTaggers", "max", "it must be union or average.")]
    [InlineData("LoraTaggerThreshold", "1.5", "it must be a number from 0 to 1.")]
    [InlineData("LoraMaxPixels", "0", "it must be a whole number of pixels above 0 and up to 500000000.")]
    [InlineData("LoraMaxPixels", "", "it must be a whole number of pixels above 0 and up to 500000000.")]
    [InlineData("LoraDuplicateDistance", "65", "it must be a whole number from 0 to 64.")]
    [InlineData("LoraRegularizationCount", "0", "it must be empty or a whole number from 1 to 100000.")]
    [InlineData("LoraStopAfterMinutes", "0", "it must be empty or a number above 0 and up to 1000000.")]
    [InlineData("LoraRemoteCacheTimeout", "0", "it must be a number of seconds above 0 and up to 3600.")]
    [InlineData("LoraCacheMaxSize", "much", "it must be a size such as 20 GB.")]
    [InlineData("LoraTokenizerUrl", "ftp://host/merges.txt", "it must be an http or https address.")]
    [InlineData("LoraTrain", "yes", "it must be true or false.")]
    public void A_value_that_is_none_is_refused_with_what_is_allowed(string property, string value, string allowed)
    {
        var problem = Assert.Single(ProjectProperties.Check(new Dictionary<string, string> { [property] = value }));
        Assert.Equal((DiagnosticCode.InvalidProperty, $"{property} is '{value}'; {allowed}"), (problem.Code, problem.Message));
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("a:b")]
    [InlineData("<aoi>")]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    [InlineData("..")]
    [InlineData("aoi.")]
    [InlineData("85 x \u3042")]
    [InlineData("171 x a")]
    public void An_output_name_that_cannot_be_a_files_or_is_too_long_for_its_endings_is_refused(string name)
    {
        var text = name.Split(" x ") is [var count, var letter]
            ? string.Concat(Enumerable.Repeat(letter, int.Parse(count, System.Globalization.CultureInfo.InvariantCulture)))
            : name;

        Assert.False(Options.OutputName.Accepts(text));
        Assert.True(Options.OutputName.Accepts("hoshino aoi v1.5 (2)"));
        Assert.True(Options.OutputName.Accepts(new string('\u3042', 56)));
    }

    [Fact]
    public void The_extremes_of_every_number_are_taken_or_refused_and_never_an_exception()
    {
        string[] extremes =
            [
                "2147483647", "-2147483648", "2147483648", "9223372036854775807", "99999999999999999999", "1e308", "-1", "NaN", "Infinity",
                "2147483647 epochs", "100000000",
            ];
        foreach (var option in Options.All)
        {
            foreach (var text in extremes)
                _ = option.Accepts(text);
        }
    }

    [Fact]
    public void Names_that_are_no_option_and_empty_values_of_what_may_be_missing_are_right() => Assert.Empty(
        ProjectProperties.Check(
            new Dictionary<string, string> { ["BackgroundModel"] = "", ["LoraStopAfterMinutes"] = "", ["LoraTagger"] = "" }));

    [Fact]
    public void Previews_logs_and_pace_are_no_part_of_the_training()
    {
        Assert.All(Options.Training, option => Assert.True(option.Steps is Steps.Train or Steps.Previews, option.Property));
        var settings = new TrainingSettings { SampleAtFirst = true, LoggingDir = "logs", MaxDataLoaderNWorkers = 2, Seed = 7 };
        Assert.Equal(new TrainingSettings { Seed = 7 }, settings.WithoutSamples());
    }
}
