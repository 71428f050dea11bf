using LoraBuild.Base.Hashing;
using LoraBuild.Incremental.Steps;
using LoraBuild.Tasks.Steps;

namespace LoraBuild.Tasks.Tests.Steps;

public sealed class OnnxModelFilesTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("lorabuild-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Weights_beside_a_model_are_a_part_of_what_it_is()
    {
        // A graph (7) whose weight (5) lies (13) at the location w.bin.
        File.WriteAllBytes(
            Path.Combine(folder, "model.onnx"),
            [0x3A, 23, 0x2A, 21, 0x6A, 19, 0x0A, 8, .. "location"u8, 0x12, 7, .. "./w.bin"u8]);
        Write("w.bin", "one");
        Write("other.bin", "one");
        var first = Hash();
        Assert.Equal(first, Hash());

        Write("other.bin", "another");
        Assert.Equal(first, Hash());
        Write("w.bin", "another");
        Assert.NotEqual(first, Hash());
    }

    [Fact]
    public void A_model_of_one_file_is_what_its_file_is()
    {
        File.WriteAllBytes(Path.Combine(folder, "model.onnx"), [0x08, 9]);
        Assert.Equal(ContentHash.OfFile(Path.Combine(folder, "model.onnx")), Hash());
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(folder, name), text);

    private ContentHash Hash()
    {
        using var session = new BuildSession(Path.Combine(folder, "obj"), Path.Combine(folder, "cache"));
        var hash = OnnxModelFiles.Hash(session, OnnxModelFiles.Of(session, Path.Combine(folder, "model.onnx")));
        session.Save();
        return hash;
    }
}
