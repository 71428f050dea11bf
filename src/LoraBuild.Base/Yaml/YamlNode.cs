namespace LoraBuild.Base.Yaml;

/// <summary>A node of a YAML document with its place, 1-based.</summary>
public abstract record YamlNode(int Line, int Column);

/// <summary>A scalar. Every scalar is text: tags such as <c>no</c> and <c>2girls</c> are no booleans or numbers. It is null where nothing
/// is written, as after <c>key:</c>.</summary>
public sealed record YamlScalar(string Text, bool IsNull, int Line, int Column) : YamlNode(Line, Column);

/// <summary>A list.</summary>
public sealed record YamlList(IReadOnlyList<YamlNode> Items, int Line, int Column) : YamlNode(Line, Column);

/// <summary>A mapping; keys in the file's order, repetitions included.</summary>
public sealed record YamlMapping(IReadOnlyList<(YamlScalar Key, YamlNode Value)> Entries, int Line, int Column) : YamlNode(Line, Column);
