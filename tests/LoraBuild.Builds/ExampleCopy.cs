namespace LoraBuild.Builds;

/// <summary>The example as it is shipped, in a temporary folder.</summary>
internal sealed class ExampleCopy : BuiltProject
{
    public ExampleCopy()
    {
        foreach (var file in Directory.EnumerateFiles(Repository.Example, "*", SearchOption.AllDirectories).Where(IsSource))
        {
            var target = PathOf(Path.GetRelativePath(Repository.Example, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        // Outside of the repository, what it imports is found by its whole path.
        var project = PathOf("HoshinoAoi.loraproj");
        File.WriteAllText(
            project,
            File.ReadAllText(project).Replace("../build/", Path.Combine(Repository.Root, "build") + "/", StringComparison.Ordinal));
    }

    private static bool IsSource(string file) => Path.GetRelativePath(Repository.Example, file).Split('/')[0] is not ("bin" or "obj");
}
