using System.Reflection;
using System.Security;
using System.Text;
using System.Text.RegularExpressions;

namespace LoraBuild.Settings.Tests.Reference;

/// <summary>The code of the properties by which the training's parts read its options.</summary>
internal static class TrainingProperties
{
    private const int MaxLine = 139;

    public static string Code()
    {
        var text = new StringBuilder($$"""
            // This file {{GeneratedHeader.Text}}

            using LoraBuild.Base.Geometry;
            using LoraBuild.Settings.Sampling;
            using O = LoraBuild.Settings.Options;

            namespace LoraBuild.Settings;

            /// <content>A property for each training option.</content>
            public sealed partial record TrainingSettings
            {

            """);
        foreach (var (field, option) in Fields())
        {
            var (type, name) = (TypeName(field), field.Name);
            text.Append(text[^2] == '{' ? "" : "\n").Append(Summary(option));
            var line = $"    public {type} {name} {{ get => Get(O.{name}); init => Set(O.{name}, value); }}\n";
            text.Append(line.Length <= MaxLine + 1
                ? line
                : $"    public {type} {name}\n    {{\n        get => Get(O.{name});\n        init => Set(O.{name}, value);\n    }}\n");
        }

        return text.Append("}\n").ToString();
    }

    private static IEnumerable<(FieldInfo Field, Option Option)> Fields()
    {
        var fields = typeof(Options).GetFields(BindingFlags.Public | BindingFlags.Static).ToDictionary(field => field.GetValue(null)!);
        return Options.Training.Select(option => (fields[option], option));
    }

    // The name and the meaning, in lines of at most 140 characters.
    private static string Summary(Option option)
    {
        var meaning = Regex.Replace(option.Meaning, @"\[([^\]]+)\]\(#[^)]*\)", "$1");
        var words = Regex.Replace(
            SecurityElement.Escape($"`{option.Name}`: {meaning}").Replace("&apos;", "'").Replace("&quot;", "\""), "`([^`]*)`", "<c>$1</c>")
            .Split(' ');
        var lines = new List<string> { "" };
        foreach (var word in words)
        {
            if (lines[^1].Length + word.Length > MaxLine - "    /// <summary> </summary>".Length)
                lines.Add("");
            lines[^1] += lines[^1].Length == 0 ? word : $" {word}";
        }

        return lines is [var line]
            ? $"    /// <summary>{line}</summary>\n"
            : $"    /// <summary>\n{string.Concat(lines.Select(part => $"    /// {part}\n"))}    /// </summary>\n";
    }

    private static string TypeName(FieldInfo field)
    {
        var info = new NullabilityInfoContext().Create(field).GenericTypeArguments[0];
        var type = Nullable.GetUnderlyingType(info.Type) ?? info.Type;
        var name = type == typeof(bool) ? "bool" : type == typeof(int) ? "int" : type == typeof(double) ? "double"
            : type == typeof(string) ? "string" : type.Name;
        return info.ReadState == NullabilityState.Nullable ? $"{name}?" : name;
    }
}
