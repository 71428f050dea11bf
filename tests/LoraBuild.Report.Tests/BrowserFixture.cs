using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using LoraBuild.Core.Pictures;
using LoraBuild.Core.Report;
using LoraBuild.Core.Sampling;
using LoraBuild.Core.Settings;
using LoraBuild.Core.Tests.Report;

namespace LoraBuild.Report.Tests;

/// <summary>Two reports, and a Chromium that shows them: checks.mjs drives it by Playwright.</summary>
public sealed class BrowserFixture : IDisposable
{
    private const int Large = 1000;

    // Debian's name first.
    private static readonly string[] Browsers = ["chromium", "chromium-browser", "google-chrome"];

    // A grey JPEG of one pixel.
    private static readonly byte[] Pixel = Convert.FromBase64String(
        "/9j/4AAQSkZJRgABAQEAYABgAAD/2wBDAAMCAgICAgMCAgIDAwMDBAYEBAQEBAgGBgUGCQgKCgkICQkKDA8MCgsOCwkJDRENDg8QEBEQCgwSExIQEw8QEBD/yQALCAABAAEBAREA/"
        + "8wABgAQEAX/2gAIAQEAAD8A0s8g/9k=");

    private readonly string folder = Directory.CreateTempSubdirectory("lorabuild-report-").FullName;
    private readonly Process driver;

    public BrowserFixture()
    {
        var small = SmallReport.Of(
            new TrainingSettings(),
            ("a", "1girl, black hair, necktie, smile, <b>bold</b>", new(["belt"], ["<b>bold</b>"], new Dictionary<string, string>())),
            ("b", "black hair, smile, shirt, white shirt", null),
            ("c", "black hair, standing, sitting", null),
            ("d", "black hair, necktie, full body", null));
        var large = SmallReport.Of(new TrainingSettings(), [.. Enumerable.Range(0, Large).Select(AnyPicture)]);
        var project = typeof(BrowserFixture).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == "ProjectFolder").Value!;
        var start = new ProcessStartInfo("node") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])
            [Path.Combine(project, "checks.mjs"), Browser(), Write("small", small with { Duplicates = [new NearDuplicate("a", "b", 3)] }), Write("large", large), AppContext.BaseDirectory])
            start.ArgumentList.Add(argument);
        driver = Process.Start(start)!;
        driver.ErrorDataReceived += (_, line) => Said += line.Data + "\n";
        driver.BeginErrorReadLine();
    }

    /// <summary>What the driver wrote to standard error.</summary>
    public string Said { get; private set; } = "";

    /// <summary>Runs a check: <c>ok</c>, or what is wrong.</summary>
    public string Check(string name)
    {
        driver.StandardInput.WriteLine(name);
        driver.StandardInput.Flush();
        var answer = driver.StandardOutput.ReadLine();
        return answer is null ? $"The browser's driver ended. {Said}" : JsonSerializer.Deserialize<string>(answer)!;
    }

    public void Dispose()
    {
        driver.StandardInput.Close();
        if (!driver.WaitForExit(TimeSpan.FromSeconds(20))) driver.Kill(entireProcessTree: true);
        driver.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private static string Browser() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .SelectMany(_ => Browsers, Path.Combine)
            .FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException("There is no Chromium. build/setup.sh --tests installs it.");

    private static (string Id, string Raw, Core.Tags.TagEdit? Edit) AnyPicture(int index)
    {
        var tags = Enumerable.Range(0, 30).Select(place => string.Create(CultureInfo.InvariantCulture, $"tag {(index * 7 + place * place) % 400}"));
        return (string.Create(CultureInfo.InvariantCulture, $"picture_{index:0000}"), $"1girl, black hair, necktie, shirt, white shirt, smile, {string.Join(", ", tags)}", null);
    }

    private static ReportTraining Training()
    {
        double[] losses = [.. Enumerable.Range(0, 60).Select(step => 0.1 + (0.02 * Math.Cos(step)) - (0.001 * step))];
        PictureRequest[] prompts = [new() { Prompt = "aoi, smile", Width = 128, Height = 128 }, new() { Prompt = "<b>1girl</b>", Width = 160, Height = 96 }];
        PreviewRow[] rows = [.. Enumerable.Range(1, 3).Select(epoch =>
            new PreviewRow(new(epoch * 20, epoch), [.. prompts.Select((_, prompt) => new PreviewFile($"{epoch}_{prompt}.png", ""))], new($"{epoch}_grid.png", "")))];
        return new(
            new(20, losses, [.. losses.Select((_, step) => 1e-4 * Math.Min(1, step / 20.0))], [.. losses.Select((_, step) => 5e-5 * Math.Min(1, step / 20.0))]),
            new(prompts, rows),
            rows.SelectMany(row => row.Pictures).ToDictionary(file => file.Name, _ => Pixel));
    }

    private string Write(string name, ReportSource source)
    {
        var data = ReportBuilder.Build(source);
        var path = Path.Combine(folder, name + " report.html");
        using var page = File.Create(path);
        ReportPage.Write(page, data, [.. data.Pictures.Select(picture => ReportThumbnail.Of(picture, Pixel))], Training());
        return path;
    }
}
