using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Hashing;
using LoraBuild.Incremental.Caching;

namespace LoraBuild.Incremental.Tests.Caching;

public sealed class RemoteCacheTests : IDisposable
{
    private const int Results = 100;

    private readonly TemporaryFolder folder = new();
    private readonly CacheServer server = new();
    private readonly List<ContentHash> keys = [.. Enumerable.Range(0, Results).Select(i => new StepKey("Test", i).ToHash())];

    public void Dispose()
    {
        server.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void What_one_machine_made_another_one_finds()
    {
        Upload();

        using var second = Open("second");
        second.Fetch(keys);

        Assert.All(keys, key =>
        {
            Assert.True(second.TryPlace(second.Find(key)!.Files[0], folder.File("out.txt")));
            Assert.Equal("result " + keys.IndexOf(key), File.ReadAllText(folder.File("out.txt")));
        });
        Assert.Null(second.Remote!.TakeWarning());
        Assert.Equal(2 * Results, server.Blobs.Count);
        Assert.All(server.Blobs.Where(blob => blob.Key.StartsWith("cas/", StringComparison.Ordinal)), blob =>
            Assert.Equal(blob.Key["cas/".Length..], ContentHash.Of(blob.Value).ToString()));
    }

    [Fact]
    public void What_is_here_is_not_asked_for()
    {
        Upload();
        var before = server.Requests.Count;

        using var again = Open("first");
        again.Fetch(keys);

        Assert.Equal(before, server.Requests.Count);
    }

    [Theory]
    [InlineData("ac/")]
    [InlineData("cas/")]
    public void Wrong_bytes_are_a_miss(string part)
    {
        Upload();
        foreach (var (path, bytes) in server.Blobs.Where(blob => blob.Key.StartsWith(part, StringComparison.Ordinal)))
        {
            var flipped = bytes.ToArray();
            flipped[^1] ^= 1;
            server.Blobs[path] = flipped;
        }

        using var second = Open("second");
        second.Fetch(keys);

        Assert.All(keys, key => Assert.Null(second.Find(key)));
        Assert.Null(second.Remote!.TakeWarning());
    }

    [Theory]
    [InlineData("ac/", "shorter")]
    [InlineData("ac/", "longer")]
    [InlineData("ac/", "another")]
    [InlineData("ac/", "empty")]
    [InlineData("ac/", "noise")]
    [InlineData("cas/", "shorter")]
    [InlineData("cas/", "longer")]
    [InlineData("cas/", "another")]
    [InlineData("cas/", "empty")]
    [InlineData("cas/", "noise")]
    public void Answers_that_were_tampered_with_are_never_used_and_the_build_goes_on(string part, string how)
    {
        Upload();
        var sound = server.Blobs.Where(blob => blob.Key.StartsWith(part, StringComparison.Ordinal)).ToList();
        foreach (var (i, (path, bytes)) in sound.Index())
        {
            var noise = new byte[bytes.Length];
            new Random(i).NextBytes(noise);
            server.Blobs[path] = how switch
            {
                "shorter" => bytes[..^1],
                "longer" => [.. bytes, 0],
                "another" => sound[(i + 1) % sound.Count].Value,
                "empty" => [],
                _ => noise,
            };
        }

        using var second = Open("second");
        second.Fetch(keys);
        Assert.All(keys, key => Assert.Null(second.Find(key)));

        // What is made here is stored, found and placed all the same.
        AddAll(second);
        Assert.All(keys, key =>
        {
            Assert.True(second.TryPlace(second.Find(key)!.Files[0], folder.File("out.txt")));
            Assert.Equal("result " + keys.IndexOf(key), File.ReadAllText(folder.File("out.txt")));
        });
        second.Remote!.Finish();
        Assert.Null(second.Remote.TakeWarning());
    }

    [Theory]
    [InlineData("../../escaped", 0, 0)]
    [InlineData("/etc/escaped", 0, 0)]
    [InlineData("a", 1L << 40, 0)]
    [InlineData("a", -20, 0)]
    [InlineData("a", 0, 1)]
    public void A_result_with_a_right_seal_over_wrong_values_is_a_miss(string name, long longer, int otherContent)
    {
        Upload();
        foreach (var key in keys)
        {
            var result = ActionResultMessage.Read(key, server.Blobs["ac/" + key])!;
            var file = result.Files[0];
            server.Blobs["ac/" + key] = ActionResultMessage.Write(key, result with
            {
                Files = [new(name, otherContent == 0 ? file.Content : ContentHash.Of("other"), file.Length + longer)],
            });
        }

        using var second = Open("second");
        second.Fetch(keys);

        Assert.All(keys, key => Assert.True(second.Find(key) is not { } found || !second.TryPlace(found.Files[0], folder.File("out.txt"))));
        Assert.False(File.Exists(folder.File("out.txt")));
        Assert.False(File.Exists(folder.File("escaped")));
    }

    [Theory]
    [InlineData("200 OK", "Content-Length: 5000")]
    [InlineData("200 OK", "Transfer-Encoding: chunked")]
    [InlineData("200 OK", "Content-Encoding: gzip")]
    [InlineData("206 Partial Content", "Content-Range: bytes 5-9/10")]
    [InlineData("503 Service Unavailable", "Retry-After: 100000")]
    [InlineData("204 No Content", "Content-Length: 0")]
    public void A_server_that_lies_about_its_answers_is_not_believed(string status, string header)
    {
        using var lying = new LoopbackServer(_ => LoopbackServer.Response(status, new byte[100], header));
        using var store = new ContentStore(folder.File("first")) { Remote = new RemoteCache(lying.Uri, new RemoteCacheOptions()) };
        store.Fetch([.. keys.Take(3)]);
        AddAll(store);
        store.Remote.Finish();

        Assert.All(keys, key => Assert.True(store.TryPlace(store.Find(key)!.Files[0], folder.File("out.txt"))));
    }

    [Fact]
    public void A_result_whose_files_are_gone_is_a_miss()
    {
        Upload();
        foreach (var path in server.Blobs.Keys.Where(path => path.StartsWith("cas/", StringComparison.Ordinal)))
            server.Blobs.TryRemove(path, out _);

        using var second = Open("second");
        second.Fetch(keys);

        Assert.All(keys, key => Assert.Null(second.Find(key)));
    }

    [Fact]
    public void Read_only_puts_nothing()
    {
        using (var store = Open("first", new RemoteCacheOptions { ReadOnly = true }))
        {
            AddAll(store);
            store.Fetch([new StepKey("Other", 1).ToHash()]);
        }

        Assert.StartsWith("GET ac/", Assert.Single(server.Requests), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(HttpStatusCode.InternalServerError)]
    [InlineData(HttpStatusCode.Unauthorized)]
    [InlineData(HttpStatusCode.RequestEntityTooLarge)]
    public void A_server_that_refuses_costs_one_warning(HttpStatusCode refusal)
    {
        server.Refusal = refusal;
        using var store = Open("first");
        store.Fetch(keys);
        AddAll(store);
        store.Remote!.Finish();

        var warning = store.Remote.TakeWarning()!;
        Assert.Equal((DiagnosticCode.RemoteCacheFailed, Severity.Warning), (warning.Code, warning.Severity));
        Assert.Contains(
            ((int)refusal).ToString(System.Globalization.CultureInfo.InvariantCulture), warning.Message, StringComparison.Ordinal);
        Assert.Null(store.Remote.TakeWarning());
        Assert.True(server.Requests.Count <= RemoteCache.Transfers);
        Assert.NotNull(store.Find(keys[0]));
    }

    [Fact]
    public void A_dead_server_costs_one_warning()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var address = new Uri($"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}");
        probe.Stop();
        using var store = new ContentStore(folder.File("first")) { Remote = new RemoteCache(address, new RemoteCacheOptions()) };
        store.Fetch(keys);
        AddAll(store);

        Assert.NotNull(store.Remote.TakeWarning());
        Assert.True(store.Remote.IsOff);
        Assert.NotNull(store.Find(keys[0]));
    }

    [Fact]
    public void A_silent_server_is_waited_for_once()
    {
        server.Delay = TimeSpan.FromMinutes(5);
        using var store = Open("first", new RemoteCacheOptions { Silence = TimeSpan.FromMilliseconds(200) });
        var watch = Stopwatch.StartNew();
        store.Fetch(keys);
        AddAll(store);
        store.Remote!.Finish();

        // Far from 100 times the patience, and from the server's delay.
        Assert.True(watch.Elapsed < TimeSpan.FromMinutes(2), $"{watch.Elapsed}");
        Assert.True(server.Requests.Count <= RemoteCache.Transfers);
        Assert.Contains("did not answer", store.Remote.TakeWarning()!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_that_drips_is_given_up_although_bytes_come()
    {
        using var dripping = new LoopbackServer(
            _ => LoopbackServer.Response("200 OK", new byte[2000], "Content-Length: 2000"), pace: TimeSpan.FromMilliseconds(300));
        var options = new RemoteCacheOptions { Silence = TimeSpan.FromSeconds(2), LeastRate = 1_000_000 };
        using var store = new ContentStore(folder.File("first")) { Remote = new RemoteCache(dripping.Uri, options) };
        store.Fetch([keys[0]]);
        Assert.Contains("bytes a second", store.Remote.TakeWarning()!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_request_that_takes_too_long_in_all_is_given_up()
    {
        using var slow = new LoopbackServer(
            _ => LoopbackServer.Response("200 OK", new byte[2000], "Content-Length: 2000"), pace: TimeSpan.FromMilliseconds(150));
        using var store = new ContentStore(folder.File("first")) { Remote =
            new RemoteCache(slow.Uri, new RemoteCacheOptions { LeastRate = 0, RequestTime = TimeSpan.FromMilliseconds(400) }) };
        store.Fetch([keys[0]]);
        Assert.Contains("is not done after", store.Remote.TakeWarning()!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ftp://127.0.0.1/a")]
    [InlineData("file:///etc/passwd")]
    [InlineData("/models/model.onnx/")]
    [InlineData("//")]
    public void A_redirect_that_leads_nowhere_costs_one_warning(string location)
    {
        using var redirecting =
            new LoopbackServer(_ => LoopbackServer.Response("302 Found", [], $"Location: {location}", "Content-Length: 0"));
        using var store = new ContentStore(folder.File("first")) { Remote = new RemoteCache(redirecting.Uri, new RemoteCacheOptions()) };
        store.Fetch([keys[0]]);
        Assert.Equal(DiagnosticCode.RemoteCacheFailed, store.Remote.TakeWarning()!.Code);
    }

    [Theory]
    [InlineData("token", null, null, "Bearer token")]
    [InlineData(null, "user", "password", "Basic dXNlcjpwYXNzd29yZA==")]
    [InlineData(null, null, null, null)]
    public void Credentials_come_from_the_environment(string? token, string? user, string? password, string? expected)
    {
        var credentials = RemoteCredentials.From(name => name switch
        {
            RemoteCredentials.TokenVariable => token,
            RemoteCredentials.UserVariable => user,
            RemoteCredentials.PasswordVariable => password,
            _ => throw new ArgumentException(name),
        });
        using var store = Open("first", new RemoteCacheOptions { Credentials = credentials });
        store.Fetch([keys[0]]);

        Assert.Equal(expected, Assert.Single(server.Authorizations));
        Assert.DoesNotContain(
            token ?? password ?? "?", new RemoteCacheOptions { Credentials = credentials }.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://user:secret@host/cache")]
    [InlineData("https://secret@host/cache")]
    public void A_password_in_the_address_is_refused_and_not_repeated(string address)
    {
        var error = Assert.Throws<LoraBuildException>(() => RemoteCache.ParseAddress(address)).Diagnostic;
        Assert.Equal(DiagnosticCode.InvalidProperty, error.Code);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cache.example.org")]
    [InlineData("grpc://cache.example.org")]
    public void Other_addresses_are_refused(string address) =>
        Assert.Equal(
            DiagnosticCode.InvalidProperty, Assert.Throws<LoraBuildException>(() => RemoteCache.ParseAddress(address)).Diagnostic.Code);

    private ContentStore Open(string name, RemoteCacheOptions? options = null) =>
        new(folder.File(name)) { Remote = new RemoteCache(server.Address, options ?? new RemoteCacheOptions()) };

    private void Upload()
    {
        using var first = Open("first");
        AddAll(first);
        first.Remote!.Finish();
    }

    private void AddAll(ContentStore store)
    {
        foreach (var (key, i) in keys.Select((key, i) => (key, i)))
            store.Add(key, [("a", folder.Write($"{i}.txt", $"result {i}"))], "Test");
    }
}
