using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace LoraBuild.Builds;

/// <summary>
/// Debian's nginx with WebDAV on a port of its own, run from a temporary folder: the simplest server that a team could set up.
/// </summary>
internal sealed class NginxCache : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string root = Directory.CreateTempSubdirectory("lorabuild-nginx-").FullName;
    private readonly Process nginx;
    private readonly int port;

    public NginxCache()
    {
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            port = ((IPEndPoint)probe.LocalEndpoint).Port;
        }

        File.WriteAllText(Path.Combine(root, "nginx.conf"), $$"""
            daemon off;
            pid {{root}}/nginx.pid;
            error_log {{root}}/error.log;
            events {}
            http {
              access_log {{root}}/access.log;
              client_body_temp_path {{root}}/body;
              proxy_temp_path {{root}}/proxy;
              fastcgi_temp_path {{root}}/fastcgi;
              uwsgi_temp_path {{root}}/uwsgi;
              scgi_temp_path {{root}}/scgi;
              server {
                listen 127.0.0.1:{{port}};
                location / {
                  root {{root}}/files;
                  dav_methods PUT;
                  create_full_put_path on;
                  client_max_body_size 1g;
                }
              }
            }
            """);
        Directory.CreateDirectory(Path.Combine(root, "files"));
        // Started by root, its workers are another user, who cannot write below a folder of root's.
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(root, (UnixFileMode)0b111_111_111);
            File.SetUnixFileMode(Path.Combine(root, "files"), (UnixFileMode)0b111_111_111);
        }

        nginx =
            Process.Start(
                File.Exists("/usr/sbin/nginx") ? "/usr/sbin/nginx" : "nginx",
                ["-p", root, "-c", Path.Combine(root, "nginx.conf"), "-e", Path.Combine(root, "error.log")]);
        var watch = Stopwatch.StartNew();
        while (!IsListening() && watch.Elapsed < Patience && !nginx.HasExited)
            Thread.Sleep(20);
        Assert.True(IsListening(), "nginx did not start.");
    }

    public string Address => $"http://127.0.0.1:{port}";

    /// <summary>The files that were put, by path.</summary>
    public IReadOnlyList<string> Files => [.. Directory.EnumerateFiles(Path.Combine(root, "files"), "*", SearchOption.AllDirectories)];

    /// <summary>How many requests of a method were answered.</summary>
    public int Requests(string method) =>
        File.ReadLines(Path.Combine(root, "access.log")).Count(line => line.Contains($"\"{method} ", StringComparison.Ordinal));

    public void Dispose()
    {
        nginx.Kill(entireProcessTree: true);
        nginx.WaitForExit();
        nginx.Dispose();
        Directory.Delete(root, recursive: true);
    }

    private bool IsListening()
    {
        try
        {
            using var client = new TcpClient();
            client.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
