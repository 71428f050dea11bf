using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace LoraBuild.Builds;

/// <summary>The store as builds share it: at once, within a bound, and over the network.</summary>
public sealed class CacheTests
{
    private const string Token = "a-token-that-nobody-may-see";
    private static readonly string[] Steps = ["Normalize", "Tag", "StripFeatures", "Dedupe", "AlignOutfits"];

    [Fact]
    public void What_one_machine_uploads_another_one_need_not_make()
    {
        using var server = new NginxCache();
        using var first = WithRemote(server.Address, train: true);
        var uploading = first.Build("-bl:build.binlog");
        Assert.True(uploading.Succeeded, uploading.Output);
        Assert.DoesNotContain("LB6008", uploading.Output, StringComparison.Ordinal);
        Assert.NotEmpty(server.Files);

        using var second = WithRemote(server.Address, train: true);
        second.Properties["LoraRemoteCacheReadOnly"] = "true";
        var puts = server.Requests("PUT");
        var downloading = second.Build();

        Assert.True(downloading.Succeeded, downloading.Output);
        Assert.All(Steps, step => Assert.Equal((0, 2), (downloading.Processed(step), downloading.Restored(step))));
        Assert.False(downloading.Trained);
        Assert.Equal(first.Outputs(), second.Outputs());
        Assert.Equal(puts, server.Requests("PUT"));
        var binaryLog = ReadBinaryLog(first.PathOf("build.binlog"));
        Assert.Contains(server.Address, binaryLog, StringComparison.Ordinal);
        Assert.All(
            new[] { uploading.Output, downloading.Output, binaryLog }, log => Assert.DoesNotContain(Token, log, StringComparison.Ordinal));

        foreach (var file in server.Files)
        {
            var bytes = File.ReadAllBytes(file);
            bytes[bytes.Length / 2] ^= 1;
            File.WriteAllBytes(file, bytes);
        }

        using var third = WithRemote(server.Address);
        var damaged = third.Build();
        Assert.True(damaged.Succeeded, damaged.Output);
        Assert.Equal(2, damaged.Processed("Normalize"));
        Assert.Equal(0, damaged.Restored("Normalize"));
        Assert.Equal(first.Captions(), third.Captions());
    }

    [Fact]
    public void A_server_that_is_dead_or_silent_costs_a_warning()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
        // Nobody accepts: connections stand, and no answer comes.
        using var silent = WithRemote(address);
        silent.Properties["LoraRemoteCacheTimeout"] = "1";
        AssertWarned(silent.Build());
        listener.Stop();
        using var dead = WithRemote(address);
        AssertWarned(dead.Build());

        static void AssertWarned(BuildResult build)
        {
            Assert.True(build.Succeeded, build.Output);
            Assert.Single(build.Diagnostics, line => line.Contains("warning LB6008", StringComparison.Ordinal));
            Assert.Equal(2, build.Processed("Normalize"));
        }
    }

    [Fact]
    public void A_password_in_the_address_is_an_error()
    {
        using var project = WithRemote("http://user:secret-word@127.0.0.1/");
        var build = project.Build();

        Assert.False(build.Succeeded);
        Assert.Contains("error LB1008", Assert.Single(build.Diagnostics), StringComparison.Ordinal);
        Assert.DoesNotContain("secret-word", build.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_projects_with_the_same_pictures_build_at_once_on_one_store()
    {
        using var first = Pictures();
        using var second = Pictures();
        second.Cache = first.CachePath;
        using var one = first.Start();
        using var other = second.Start();
        var (built, alsoBuilt) = (one.Wait(), other.Wait());

        Assert.True(built.Succeeded, built.Output);
        Assert.True(alsoBuilt.Succeeded, alsoBuilt.Output);
        Assert.Equal(first.Outputs(), second.Outputs());
        using var third = Pictures();
        third.Cache = second.Cache;
        Assert.Equal(2, third.Build().Restored("Normalize"));
    }

    [Fact]
    public void The_store_keeps_within_its_bound_and_tells_what_it_holds()
    {
        using var project = Pictures(train: true);
        Assert.True(project.Build().Succeeded);
        var full = project.Build("-t:CacheInfo");
        Assert.Contains("Normalize: 2 results, ", full.Output, StringComparison.Ordinal);

        project.Properties["LoraCacheMaxSize"] = "100 B";
        File.WriteAllText(project.PathOf("images/high/aoi_001.txt"), "1girl, smile");
        var build = project.Build();

        Assert.True(build.Succeeded, build.Output);
        Assert.Contains(" 0 results, ", project.Build("-t:CacheInfo").Output, StringComparison.Ordinal);
        Assert.Contains("CachePrune: 0 files deleted", project.Build("-t:CachePrune").Output, StringComparison.Ordinal);

        // The LoRA is in its place: that the store has lost it is no reason to train again.
        File.SetLastWriteTimeUtc(project.PathOf("images/low/aoi_207.jpg"), DateTime.UtcNow);
        Assert.True(project.Build().DidNothing);
    }

    private static CharacterProject Pictures(bool train = false) =>
        new CharacterProject(train).With("high/aoi_001.png").With("low/aoi_207.jpg");

    private static CharacterProject WithRemote(string address, bool train = false)
    {
        var project = Pictures(train);
        project.Properties["LoraRemoteCache"] = address;
        project.Environment["LORABUILD_REMOTE_CACHE_TOKEN"] = Token;
        return project;
    }

    // Strings lie in it as they are, once it is decompressed.
    private static string ReadBinaryLog(string path)
    {
        using var stream = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return Encoding.UTF8.GetString(bytes.ToArray());
    }
}
