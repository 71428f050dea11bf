namespace LoraBuild.Tagging.Tests;

/// <summary>A folder of one test's own, removed afterwards.</summary>
public sealed class TemporaryFolder : IDisposable
{
    private readonly string path = Directory.CreateTempSubdirectory("lorabuild-tagging-").FullName;

    public string this[string name] => Path.Combine(path, name);

    /// <summary>Writes a file and returns its path.</summary>
    public string Write(string name, ReadOnlySpan<byte> content)
    {
        File.WriteAllBytes(this[name], content);
        return this[name];
    }

    public void Dispose() => Directory.Delete(path, recursive: true);
}
