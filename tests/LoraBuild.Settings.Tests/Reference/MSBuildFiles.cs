using System.Security;
using System.Text;

namespace LoraBuild.Settings.Tests.Reference;

/// <summary>The files of MSBuild that follow from the table.</summary>
internal static class MSBuildFiles
{
    /// <summary>The defaults of all properties that have one of their own; those of training options are in the code.</summary>
    public static string Defaults()
    {
        var text = Begin("The defaults of all properties that are no training options and whose default is a plain value.");
        text.Append("  <PropertyGroup>\n");
        foreach (var option in Options.All.Where(option => option.Name is null && option.DefaultText.Length > 0))
        {
            text.Append($"    <{option.Property} Condition=\"'$({option.Property})' == ''\">")
                .Append($"{SecurityElement.Escape(option.DefaultText)}</{option.Property}>\n");
        }

        return End(text, "PropertyGroup");
    }

    /// <summary>The items by which the values reach tasks: a change of any but the others is a change for the build.</summary>
    public static string Items()
    {
        var text = Begin("""
        The values of all properties, as tasks get them. LoraSetting: those that a step of the build depends on, which are a part of its
            state. LoraOtherSetting: those of targets that are asked for by name. LoraTrainingOption: sd-scripts' options by their names.
            First, white space around values goes, as an author's line breaks leave it; tasks trim those of training options.
        """);
        text.Append("  <PropertyGroup>\n");
        foreach (var option in Options.All.Where(option => option.Name is null))
            text.Append($"    <{option.Property}>$({option.Property}.Trim())</{option.Property}>\n");
        text.Append("  </PropertyGroup>\n\n");
        text.Append("  <ItemGroup Condition=\"'$(MSBuildIsRestoring)' != 'true'\">\n");
        foreach (var option in Options.All.Where(option => option.Steps != Steps.None))
        {
            var item =
                option.Name is not null ? "LoraTrainingOption" : (option.Steps & Steps.OfBuild) != 0 ? "LoraSetting" : "LoraOtherSetting";
            text.Append($"    <{item} Include=\"{option.Name ?? option.Property}\" Value=\"$({option.Property})\" />\n");
        }

        return End(text, "ItemGroup");
    }

    private static StringBuilder Begin(string comment) =>
        new($"<Project>\n\n  <!-- This file {GeneratedHeader.Text} -->\n\n  <!-- {comment} -->\n");

    private static string End(StringBuilder text, string element) => text.Append($"  </{element}>\n\n</Project>\n").ToString();
}
