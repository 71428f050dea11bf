using System.Text;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Hashing;
using LoraBuild.Incremental.Downloads;

namespace LoraBuild.Incremental.Tests.Downloads;

public sealed class DownloadCacheTests : IDisposable
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * 7 ^ i >> 8))];
    private static readonly ContentHash Hash = ContentHash.Of(Content);

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_file_is_downloaded_once()
    {
        using var server = new LoopbackServer(_ => Whole(Content));
        var first = await Cache().FetchAsync(server.Uri, Hash);
        var second = await Cache().FetchAsync(server.Uri, Hash);
        Assert.Equal(Content, File.ReadAllBytes(first.Path));
        Assert.Equal("model.onnx", Path.GetFileName(first.Path));
        Assert.Equal(first, second);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData("\"v1\"")]
    [InlineData(null)]
    public async Task A_server_that_breaks_off_is_asked_for_the_rest(string? tag)
    {
        using var server = new LoopbackServer(request => Ranged(request, Content, tag)[..^(request.Start < 200_000 ? 99_000 : 0)]);
        var file = await Cache().FetchAsync(server.Uri, Hash);
        Assert.Equal(Content, File.ReadAllBytes(file.Path));
        Assert.True(server.Requests.Last().Start >= 200_000);
        Assert.All(server.Requests.Skip(1), request => Assert.Equal(tag, request.Headers.GetValueOrDefault("If-Range")));
    }

    [Fact]
    public async Task A_later_build_goes_on_where_this_one_was_cancelled()
    {
        using var server = new LoopbackServer(request => Ranged(request, Content, "\"v1\""));
        using var cancellation = new CancellationTokenSource();
        var stop = new Inline<DownloadProgress>(_ => cancellation.Cancel());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Cache().FetchAsync(server.Uri, Hash, stop, cancellation.Token));

        var file = await Cache().FetchAsync(server.Uri, Hash);

        Assert.Equal(Content, File.ReadAllBytes(file.Path));
        Assert.True(server.Requests.Last().Start > 0);
    }

    [Fact]
    public async Task A_server_without_ranges_sends_everything_again()
    {
        using var server = new LoopbackServer(request => Whole(Content)[..^(request.Headers.ContainsKey("Range") ? 0 : 1000)]);
        var file = await Cache().FetchAsync(server.Uri, Hash);
        Assert.Equal(Content, File.ReadAllBytes(file.Path));
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task A_file_that_changed_in_between_is_taken_whole()
    {
        var changed = Content.Reverse().ToArray();
        using var server = new LoopbackServer(
            request => request.Headers.ContainsKey("Range") ? Whole(changed, "\"v2\"") : Whole(Content, "\"v1\"")[..^1000]);
        var file = await Cache().FetchAsync(server.Uri, sha256: null);
        Assert.Equal(changed, File.ReadAllBytes(file.Path));
        Assert.Equal(ContentHash.Of(changed), file.Sha256);
    }

    [Fact]
    public async Task Without_tag_and_hash_two_halves_are_never_put_together()
    {
        using var server = new LoopbackServer(request => Ranged(request, Content, tag: null)[..^1000]);
        var error = await Assert.ThrowsAsync<LoraBuildException>(() => Cache().FetchAsync(server.Uri, sha256: null));
        Assert.Equal(DiagnosticCode.DownloadFailed, error.Diagnostic.Code);
        Assert.All(server.Requests, request => Assert.Equal(0, request.Start));
    }

    [Fact]
    public async Task A_rest_that_belongs_to_another_file_is_seen_and_all_of_it_fetched_again()
    {
        using var server = new LoopbackServer(request => Ranged(request, Content, null));
        var left = Path.Combine(folder.Path, "downloads", "partial", ContentHash.Of(server.Uri.AbsoluteUri).ToString());
        Directory.CreateDirectory(Path.GetDirectoryName(left)!);
        File.WriteAllBytes(left, Content.Reverse().Take(1000).ToArray());

        var file = await Cache().FetchAsync(server.Uri, Hash);

        Assert.Equal(Content, File.ReadAllBytes(file.Path));
        Assert.Equal([1000, 0], server.Requests.Select(request => request.Start));
    }

    [Fact]
    public async Task Other_bytes_are_an_error_and_never_used()
    {
        using var server = new LoopbackServer(_ => Whole([1, 2, 3]));
        var error = await Assert.ThrowsAsync<LoraBuildException>(() => Cache().FetchAsync(server.Uri, Hash));
        Assert.Equal(DiagnosticCode.DownloadMismatch, error.Diagnostic.Code);
        Assert.Contains(Hash.ToString(), error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(
            Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories), file => new FileInfo(file).Length > 0);
    }

    [Theory]
    [InlineData(300_001)]
    [InlineData(400_000)]
    public async Task A_length_that_is_never_reached_is_an_error_after_some_attempts(int announced)
    {
        using var server = new LoopbackServer(request => request.Start > 0
            ? LoopbackServer.Response(
                "206 Partial Content", Content.AsSpan(request.Start), $"Content-Range: bytes {request.Start}-{announced - 1}/{announced}")
            : LoopbackServer.Response("200 OK", Content, $"Content-Length: {announced}"));
        var error = await Assert.ThrowsAsync<LoraBuildException>(() => Cache().FetchAsync(server.Uri, Hash));
        Assert.Equal(DiagnosticCode.DownloadFailed, error.Diagnostic.Code);
    }

    [Fact]
    public async Task A_length_that_is_too_short_is_seen_by_the_hash()
    {
        using var server = new LoopbackServer(_ => LoopbackServer.Response("200 OK", Content, "Content-Length: 1000"));
        var error = await Assert.ThrowsAsync<LoraBuildException>(() => Cache().FetchAsync(server.Uri, Hash));
        Assert.Equal(DiagnosticCode.DownloadMismatch, error.Diagnostic.Code);
    }

    [Fact]
    public async Task A_range_that_brings_more_than_its_whole_is_not_believed()
    {
        var asked = 0;
        using var server = new LoopbackServer(request => request.Start > 0
            ? LoopbackServer.Response(
                "206 Partial Content", Content, $"Content-Range: bytes {request.Start}-{Content.Length - 1}/{Content.Length}")
            : Whole(Content)[..^(asked++ > 0 ? 0 : 5000)]);
        var file = await Cache().FetchAsync(server.Uri, Hash);
        Assert.Equal(Content, File.ReadAllBytes(file.Path));
    }

    [Fact]
    public async Task A_missing_file_is_an_error_at_once_and_a_busy_server_is_asked_again()
    {
        using var missing = new LoopbackServer(_ => LoopbackServer.Response("404 Not Found", []));
        var error = await Assert.ThrowsAsync<LoraBuildException>(() => Cache().FetchAsync(missing.Uri, Hash));
        Assert.Contains("404", error.Message, StringComparison.Ordinal);
        Assert.Single(missing.Requests);

        var asked = 0;
        using var busy = new LoopbackServer(_ => asked++ < 3 ? LoopbackServer.Response("503 Service Unavailable", []) : Whole(Content));
        Assert.Equal(Hash, (await Cache().FetchAsync(busy.Uri, Hash)).Sha256);
    }

    [Fact]
    public async Task A_server_that_falls_silent_is_given_up()
    {
        using var release = new ManualResetEventSlim();
        using var server = new LoopbackServer(_ =>
        {
            release.Wait();
            return [];
        });
        var cache = new DownloadCache(folder.Path, options: new DownloadOptions { Attempts = 1, Silence = TimeSpan.FromMilliseconds(200) });
        var error = await Assert.ThrowsAsync<LoraBuildException>(() => cache.FetchAsync(server.Uri, Hash));
        release.Set();
        Assert.Contains("stopped sending", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slow_server_is_waited_for_as_long_as_bytes_come()
    {
        using var server = new LoopbackServer(_ => Whole(Content), pace: TimeSpan.FromMilliseconds(250));
        // Sixteen pauses are longer than the silence that ends a transfer, each of them far shorter: a machine may be busy.
        var cache = new DownloadCache(folder.Path, options: new DownloadOptions { Attempts = 1, Silence = TimeSpan.FromSeconds(3) });
        Assert.Equal(Hash, (await cache.FetchAsync(server.Uri, Hash)).Sha256);
    }

    [Fact]
    public async Task A_redirect_is_followed_and_the_rest_asked_for_from_the_first_address()
    {
        using var store = new LoopbackServer(request => Ranged(request, Content, "\"v1\"")[..^(request.Start == 0 ? 99_000 : 0)]);
        using var server = new LoopbackServer(
            _ => LoopbackServer.Response("302 Found", [], $"Location: {store.Uri}?signature={Guid.NewGuid()}", "Content-Length: 0"));
        var file = await Cache().FetchAsync(server.Uri, Hash);
        Assert.Equal(Content, File.ReadAllBytes(file.Path));
        Assert.Equal(2, server.Requests.Count);
        Assert.True(store.Requests.Last().Start >= 200_000);
    }

    [Theory]
    [InlineData("/models/model.onnx")]
    [InlineData("ftp://127.0.0.1/model.onnx")]
    [InlineData("file:///etc/passwd")]
    [InlineData("gopher://127.0.0.1/")]
    [InlineData("//")]
    [InlineData("")]
    public async Task A_redirect_that_leads_nowhere_is_an_error(string location)
    {
        using var server = new LoopbackServer(_ => LoopbackServer.Response("302 Found", [], $"Location: {location}", "Content-Length: 0"));
        var error = await Assert.ThrowsAsync<LoraBuildException>(() => Cache().FetchAsync(server.Uri, Hash));
        Assert.Equal(DiagnosticCode.DownloadFailed, error.Diagnostic.Code);
        Assert.DoesNotContain("Exception", error.Message, StringComparison.Ordinal);
        Assert.Contains("cannot be downloaded", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_drips_is_given_up_although_bytes_come()
    {
        using var server = new LoopbackServer(_ => Whole(Content[..2000]), pace: TimeSpan.FromMilliseconds(300));
        var options = new DownloadOptions { Attempts = 1, Silence = TimeSpan.FromSeconds(2), LeastRate = 1_000_000 };
        var error = await Assert.ThrowsAsync<LoraBuildException>(
            () => new DownloadCache(folder.Path, options: options).FetchAsync(server.Uri, Hash));
        Assert.Equal(DiagnosticCode.DownloadFailed, error.Diagnostic.Code);
        Assert.True(error.Message.Contains("bytes a second", StringComparison.Ordinal), error.Message);
    }

    [Fact]
    public async Task A_download_that_takes_too_long_in_all_is_given_up_at_once()
    {
        using var server = new LoopbackServer(_ => Whole(Content), pace: TimeSpan.FromMilliseconds(150));
        var options = new DownloadOptions { LeastRate = 1, TotalTime = TimeSpan.FromMilliseconds(400) };
        var error = await Assert.ThrowsAsync<LoraBuildException>(
            () => new DownloadCache(folder.Path, options: options).FetchAsync(server.Uri, Hash));
        Assert.Equal(DiagnosticCode.DownloadFailed, error.Diagnostic.Code);
        Assert.Contains("is not done after", error.Message, StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData("announces")]
    [InlineData("sends more")]
    public async Task A_file_beyond_all_size_is_refused(string what)
    {
        using var server = new LoopbackServer(_ => what == "announces" ? Whole(Content) : LoopbackServer.Response("200 OK", Content));
        var cache = new DownloadCache(folder.Path, options: new DownloadOptions { MostBytes = 100_000 });
        var error = await Assert.ThrowsAsync<LoraBuildException>(() => cache.FetchAsync(server.Uri, Hash));
        Assert.Equal(DiagnosticCode.DownloadFailed, error.Diagnostic.Code);
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Redirects_in_a_circle_are_an_error()
    {
        LoopbackServer? self = null;
        using var server = new LoopbackServer(_ => LoopbackServer.Response("302 Found", [], $"Location: {self!.Uri}", "Content-Length: 0"));
        self = server;
        var error = await Assert.ThrowsAsync<LoraBuildException>(() => Cache().FetchAsync(server.Uri, Hash));
        Assert.Contains("more than 10 times", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("")]
    public async Task What_is_no_answer_is_an_error_after_some_attempts(string answer)
    {
        using var server = new LoopbackServer(_ => Encoding.ASCII.GetBytes(answer));
        var error = await Assert.ThrowsAsync<LoraBuildException>(() => Cache().FetchAsync(server.Uri, Hash));
        Assert.Equal(DiagnosticCode.DownloadFailed, error.Diagnostic.Code);
        Assert.InRange(server.Requests.Count, new DownloadOptions().Attempts, int.MaxValue);
    }

    [Fact]
    public async Task An_address_where_nobody_answers_is_an_error()
    {
        var server = new LoopbackServer(_ => []);
        server.Dispose();
        var error = await Assert.ThrowsAsync<LoraBuildException>(() => Cache().FetchAsync(server.Uri, Hash));
        Assert.Equal(DiagnosticCode.DownloadFailed, error.Diagnostic.Code);
    }

    [Fact]
    public async Task A_damaged_file_of_the_cache_is_fetched_again()
    {
        using var server = new LoopbackServer(_ => Whole(Content));
        var file = await Cache().FetchAsync(server.Uri, Hash);
        File.WriteAllBytes(file.Path, [1, 2, 3]);
        Assert.Equal(Content, File.ReadAllBytes((await Cache().FetchAsync(server.Uri, Hash)).Path));
    }

    [Fact]
    public async Task Two_builds_at_once_download_once()
    {
        using var server = new LoopbackServer(_ => Whole(Content));
        var files = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Cache().FetchAsync(server.Uri, Hash))));
        Assert.Single(files.Distinct());
        Assert.Single(server.Requests);
    }

    private DownloadCache Cache() => new(folder.Path, options: new DownloadOptions { FirstPause = TimeSpan.FromMilliseconds(1) });

    private static byte[] Whole(byte[] content, string? tag = null) =>
        LoopbackServer.Response(
            "200 OK", content, [$"Content-Length: {content.Length}", .. tag is null ? Array.Empty<string>() : [$"ETag: {tag}"]]);

    private static byte[] Ranged(LoopbackRequest request, byte[] content, string? tag)
    {
        if (request.Start == 0)
            return Whole(content, tag);
        return LoopbackServer.Response(
            "206 Partial Content",
            content.AsSpan(request.Start),
            [
                $"Content-Length: {content.Length - request.Start}", "Content-Range: bytes "
                    + $"{request.Start}-{content.Length - 1}/{content.Length}", .. tag is null ? Array.Empty<string>() : [$"ETag: {tag}"],
            ]);
    }

    private sealed class Inline<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }
}
