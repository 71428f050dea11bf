using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Hashing;
using LoraBuild.Incremental.Downloads;

namespace LoraBuild.Incremental.Tests.Downloads;

public sealed class LockFileTests : IDisposable
{
    private static readonly Uri Model = new("https://example.org/wd/model.onnx");

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void What_was_locked_is_found_again_and_the_file_does_not_depend_on_the_order()
    {
        var hash = ContentHash.Of("content");
        var other = new Uri("https://example.org/wd/labels.csv");
        var one = LockFile.Read(folder.File("one.json"));
        one.Add(Model, hash);
        one.Add(other, ContentHash.Of(""));
        var two = LockFile.Read(folder.File("two.json"));
        two.Add(other, ContentHash.Of(""));
        two.Add(Model, hash);

        Assert.Equal(hash, LockFile.Read(one.FilePath).Find(Model));
        Assert.Null(LockFile.Read(one.FilePath).Find(new Uri("https://example.org/other")));
        Assert.Equal(File.ReadAllText(one.FilePath), File.ReadAllText(two.FilePath));
        Assert.EndsWith("}\n", File.ReadAllText(one.FilePath), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"version\": 1}")]
    [InlineData("{\"version\": 2, \"files\": {}}")]
    [InlineData("{\"version\": 1, \"files\": {\"https://example.org/a\": \"abc\"}}")]
    [InlineData("<<<<<<< HEAD\n{}")]
    public void A_malformed_file_is_an_error(string text)
    {
        var error = Assert.Throws<LoraBuildException>(() => LockFile.Read(folder.Write("lora.lock.json", text)));
        Assert.Equal(DiagnosticCode.LockFileInvalid, error.Diagnostic.Code);
    }
}
