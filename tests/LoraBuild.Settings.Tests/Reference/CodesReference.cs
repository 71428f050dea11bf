using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Settings.Tests.Reference;

/// <summary>The reference of all codes, each with an anchor: the cause is its documentation's summary, the cure its remarks.</summary>
internal static class CodesReference
{
    public static string Markdown()
    {
        var type = typeof(DiagnosticCode);
        var documentation = XDocument.Load(Path.ChangeExtension(type.Assembly.Location, ".xml")).Descendants("member")
            .ToDictionary(member => (string)member.Attribute("name")!);
        var text = new StringBuilder("\n| code | cause | cure |\n|---|---|---|\n");
        foreach (var field in type.GetFields(BindingFlags.Public | BindingFlags.Static)
            .OrderBy(field => (string)field.GetRawConstantValue()!, StringComparer.Ordinal))
        {
            var member = documentation[$"F:{type.FullName}.{field.Name}"];
            var code = field.GetRawConstantValue();
            text.Append($"| <a id=\"{code}\"></a>{code} | {Text(member, "summary")} | {Text(member, "remarks")} |\n");
        }

        return text.Append('\n').ToString();
    }

    private static string Text(XElement member, string part)
    {
        var element = member.Element(part);
        Assert.True(element is not null, $"{(string)member.Attribute("name")!} has no {part}.");
        var text = string.Concat(
            element.Nodes().Select(node => node is XElement { Name.LocalName: "c" } code ? $"`{code.Value}`" : ((XText)node).Value));
        return Regex.Replace(text, @"\s+", " ").Trim();
    }
}
