using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace LoraBuild.Incremental.Tests.Caching;

/// <summary>A server of Bazel's HTTP cache protocol in memory, which may be made to misbehave.</summary>
internal sealed class CacheServer : IDisposable
{
    private readonly HttpListener listener = new();

    public CacheServer()
    {
        // A port that is free now is free a moment later, or the listener says so.
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Address = new Uri($"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/cache");
        }

        listener.Prefixes.Add(Address + "/");
        listener.Start();
        _ = ServeAsync();
    }

    public Uri Address { get; }

    /// <summary>What was put, by path.</summary>
    public ConcurrentDictionary<string, byte[]> Blobs { get; } = new();

    /// <summary>Every request, method and path.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>The Authorization headers that came.</summary>
    public ConcurrentQueue<string?> Authorizations { get; } = new();

    /// <summary>What every request is answered with instead, or null.</summary>
    public HttpStatusCode? Refusal { get; set; }

    /// <summary>How long every answer takes.</summary>
    public TimeSpan Delay { get; set; }

    public void Dispose() => ((IDisposable)listener).Dispose();

    private async Task ServeAsync()
    {
        while (listener.IsListening)
        {
            try
            {
                _ = AnswerAsync(await listener.GetContextAsync());
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        try
        {
            var path = context.Request.Url!.AbsolutePath["/cache/".Length..];
            Requests.Enqueue($"{context.Request.HttpMethod} {path}");
            Authorizations.Enqueue(context.Request.Headers["Authorization"]);
            await Task.Delay(Delay);
            using var body = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(body);
            context.Response.StatusCode = (int)(Refusal ?? HttpStatusCode.OK);
            if (Refusal is null && context.Request.HttpMethod == "PUT")
                Blobs[path] = body.ToArray();
            else if (Refusal is null && Blobs.TryGetValue(path, out var bytes))
            {
                // Without a length the listener sends chunks, and of an empty body two last ones.
                context.Response.ContentLength64 = bytes.Length;
                await context.Response.OutputStream.WriteAsync(bytes);
            }
            else if (Refusal is null)
                context.Response.StatusCode = (int)HttpStatusCode.NotFound;
            context.Response.Close();
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or IOException)
        {
            // The client hung up, which is its right.
        }
    }
}
