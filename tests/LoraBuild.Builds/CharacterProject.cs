using System.Text;

namespace LoraBuild.Builds;

/// <summary>
/// A small character project in a temporary folder: some of the example's pictures, its models, and a training of two steps.
/// </summary>
internal sealed class CharacterProject : BuiltProject
{
    public CharacterProject(bool train = false, string folder = "project")
        : base(folder)
    {
        Properties["LoraTagger"] = Path.Combine(Repository.Example, "models", "tagger");
        Properties["LoraBaseModel"] = Path.Combine(Repository.Example, "models", "mini-sd", "mini-sd.safetensors");
        Properties["LoraResolution"] = "128,128";
        Properties["LoraBucketResoSteps"] = "32";
        Properties["LoraMaxTrainSteps"] = "2";
        Properties["LoraLrWarmupSteps"] = "0";
        Properties["LoraTrainBatchSize"] = "2";
        Properties["LoraTrain"] = train ? "true" : "false";
        Write("character.yaml", "trigger: hoshinoaoi\n");
    }

    public Dictionary<string, string> Properties { get; } = [];

    /// <summary>More lines within the project file.</summary>
    public string Items { get; set; } = "";

    /// <summary>Puts one of the example's pictures into the project.</summary>
    public CharacterProject With(string picture, string? name = null)
    {
        var target = PathOf(name ?? Path.Combine("images", picture));
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Copy(Path.Combine(Repository.Example, "images", picture), target);
        return this;
    }

    public string Write(string name, string content) => Write(name, Encoding.UTF8.GetBytes(content));

    public string Write(string name, byte[] content)
    {
        var path = PathOf(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    internal override void Prepare()
    {
        var text = new StringBuilder("<Project>\n");
        text.Append(Import("LoraBuild.props")).Append("  <PropertyGroup>\n");
        foreach (var (name, value) in Properties)
            text.Append($"    <{name}>{value}</{name}>\n");
        text.Append("  </PropertyGroup>\n").Append(Items).Append(Import("LoraBuild.targets")).Append("</Project>\n");
        var path = PathOf("Character.loraproj");
        if (!File.Exists(path) || File.ReadAllText(path) != text.ToString())
            File.WriteAllText(path, text.ToString());
    }

    private static string Import(string file) => $"  <Import Project=\"{Path.Combine(Repository.Root, "build", file)}\" />\n";
}
