using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using System.Text;

namespace LoraBuild.Tests;

/// <summary>
/// An HTTP server that says whatever a test wants, true or not: a response is raw bytes, after which the connection closes.
/// </summary>
internal sealed class LoopbackServer : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly Func<LoopbackRequest, byte[]> answer;
    private readonly TimeSpan pace;
    private readonly Task serving;

    /// <summary>Starts to listen.</summary>
    /// <param name="answer">The bytes of a response.</param>
    /// <param name="pace">A pause before each sixteenth of them.</param>
    public LoopbackServer(Func<LoopbackRequest, byte[]> answer, TimeSpan pace = default)
    {
        this.answer = answer;
        this.pace = pace;
        listener.Start();
        Uri = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/models/model.onnx");
        serving = Task.Factory.StartNew(Serve, default, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public Uri Uri { get; }

    /// <summary>What was asked so far.</summary>
    public ConcurrentQueue<LoopbackRequest> Requests { get; } = new();

    /// <summary>A response; nothing is added to what the test says.</summary>
    public static byte[] Response(string status, ReadOnlySpan<byte> body, params string[] headers) =>
        [.. Encoding.ASCII.GetBytes(
            $"HTTP/1.1 {status}\r\nConnection: close\r\n{string.Concat(headers.Select(header => header + "\r\n"))}\r\n"), .. body];

    /// <summary>Stops to listen, and throws what the test's answer has thrown on the server's thread.</summary>
    public void Dispose()
    {
        listener.Dispose();
        Task.WaitAny([serving], Patience);
        if (serving.Exception is { } failure)
            ExceptionDispatchInfo.Throw(failure.InnerException!);
    }

    private void Send(NetworkStream stream, byte[] response)
    {
        foreach (var piece in response.Chunk(pace == default ? Math.Max(1, response.Length) : (response.Length + 15) / 16))
        {
            Thread.Sleep(pace);
            stream.Write(piece);
        }
    }

    private void Serve()
    {
        while (Accept() is { } accepted)
        {
            using var client = accepted;
            try
            {
                using var stream = client.GetStream();
                var request = LoopbackRequest.Read(stream);
                Requests.Enqueue(request);
                Send(stream, answer(request));
                client.Client.Shutdown(SocketShutdown.Send);
            }
            catch (Exception e) when (e is IOException or SocketException)
            {
                // The client hung up, which is its right.
            }
        }
    }

    // Null once the server is disposed.
    private TcpClient? Accept()
    {
        try
        {
            return listener.AcceptTcpClient();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            return null;
        }
    }
}
