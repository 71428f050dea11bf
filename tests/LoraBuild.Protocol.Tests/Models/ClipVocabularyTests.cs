using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Hashing;
using LoraBuild.Incremental.Downloads;
using LoraBuild.Protocol.Models;

namespace LoraBuild.Protocol.Tests.Models;

public sealed class ClipVocabularyTests : IDisposable
{
    private static readonly byte[] Merges = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Data", "merges.txt"));

    private readonly TemporaryFolder folder = new();

    [Fact]
    public async Task The_published_merges_are_fetched_once()
    {
        using var server = new LoopbackServer(_ => LoopbackServer.Response("200 OK", Merges, $"Content-Length: {Merges.Length}"));

        var first = await ClipVocabulary.FetchAsync(Cache(), server.Uri);
        var second = await ClipVocabulary.FetchAsync(Cache(), server.Uri);

        Assert.Equal((first, ClipVocabulary.PublishedMerges), (second, ContentHash.OfFile(first)));
        Assert.StartsWith(folder.Path, first, StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData("200 OK", true, "SHA-256")]
    [InlineData("200 OK", false, "bytes")]
    [InlineData("404 Not Found", false, "404")]
    public async Task What_cannot_be_fetched_is_told_with_what_to_do(string status, bool whole, string reason)
    {
        // Either one byte is another, or half of what was announced comes.
        var body = whole ? [.. Merges[..^1], (byte)'x'] : Merges[..(Merges.Length / 2)];
        using var server = new LoopbackServer(request => LoopbackServer.Response(
            status, request.Start == 0 ? body : [], $"Content-Length: {Merges.Length}"));

        var diagnostic = (await Assert.ThrowsAsync<LoraBuildException>(() => ClipVocabulary.FetchAsync(Cache(), server.Uri))).Diagnostic;

        Assert.Equal(DiagnosticCode.TokenizerInvalid, diagnostic.Code);
        Assert.Contains(reason, diagnostic.Message, StringComparison.Ordinal);
        Assert.Contains("LoraTokenizerUrl", diagnostic.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dead_server_is_told_with_what_to_do()
    {
        Uri dead;
        using (var server = new LoopbackServer(_ => []))
            dead = server.Uri;

        var diagnostic = (await Assert.ThrowsAsync<LoraBuildException>(() => ClipVocabulary.FetchAsync(Cache(), dead))).Diagnostic;

        Assert.Equal(DiagnosticCode.TokenizerInvalid, diagnostic.Code);
        Assert.Contains($"'{dead}' cannot be downloaded", diagnostic.Message, StringComparison.Ordinal);
        Assert.Contains("beside the base model", diagnostic.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_vocabulary_with_the_model_comes_first()
    {
        var model = Path.Combine(folder.Path, "model.safetensors");
        Assert.Null(ClipVocabulary.FindBeside(model));

        var beside = Path.Combine(folder.Path, "merges.txt");
        File.WriteAllText(beside, "");
        Assert.Equal(beside, ClipVocabulary.FindBeside(model));
        Assert.Equal([beside], ClipVocabulary.FilesAt(beside));

        var tokenizer = Path.Combine(folder.Path, "tokenizer");
        Directory.CreateDirectory(tokenizer);
        File.WriteAllText(Path.Combine(tokenizer, "merges.txt"), "");
        Assert.Equal(tokenizer, ClipVocabulary.FindBeside(model));
        Assert.Equal(tokenizer, ClipVocabulary.FindBeside(folder.Path));
        Assert.Equal([Path.Combine(tokenizer, "merges.txt"), Path.Combine(tokenizer, "vocab.json")], ClipVocabulary.FilesAt(tokenizer));
    }

    public void Dispose() => folder.Dispose();

    private DownloadCache Cache() =>
        new(folder.Path, options: new DownloadOptions { Attempts = 2, FirstPause = TimeSpan.FromMilliseconds(1) });
}
