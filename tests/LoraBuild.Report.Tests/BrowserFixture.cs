using System.Globalization;
using LoraBuild.Dataset.Pictures;
using LoraBuild.Pages.Report;
using LoraBuild.Protocol.Previews;
using LoraBuild.Settings;
using LoraBuild.Settings.Sampling;
using Microsoft.Playwright;

namespace LoraBuild.Report.Tests;

/// <summary>Two reports, and the system's Chromium, which shows them.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    private const int Large = 1000;

    // Nothing here takes long: what does is lag.
    private const int PatienceMilliseconds = 5000;

    // Debian's name first.
    private static readonly string[] Browsers = ["chromium", "chromium-browser", "google-chrome"];

    // A grey JPEG of one pixel.
    private static readonly byte[] Pixel = Convert.FromBase64String(
        "/9j/4AAQSkZJRgABAQEAYABgAAD/2wBDAAMCAgICAgMCAgIDAwMDBAYEBAQEBAgGBgUGCQgKCgkICQkKDA8MCgsOCwkJDRENDg8QEBEQCgwSExIQEw8QEBD/"
        + "yQALCAABAAEBAREA/8wABgAQEAX/2gAIAQEAAD8A0s8g/9k=");

    private readonly string folder = Directory.CreateTempSubdirectory("lorabuild-report-").FullName;
    private IPlaywright? playwright;
    private IBrowser? browser;

    /// <summary>A report of four pictures.</summary>
    public string SmallReport { get; private set; } = "";

    /// <summary>A report of a thousand pictures.</summary>
    public string LargeReport { get; private set; } = "";

    /// <summary>A window that shares nothing with another.</summary>
    public async Task<IBrowserContext> OpenAsync()
    {
        var context = await browser!.NewContextAsync(new() { ViewportSize = new() { Width = 1280, Height = 900 } });
        context.SetDefaultTimeout(PatienceMilliseconds);
        return context;
    }

    public async Task InitializeAsync()
    {
        var small = LoraBuild.Tests.SmallReport.Of(
            new TrainingSettings(),
            ("a", "1girl, black hair, necktie, smile, <b>bold</b>", new(["belt"], ["<b>bold</b>"], new Dictionary<string, string>())),
            ("b", "black hair, smile, shirt, white shirt", null),
            ("c", "black hair, standing, sitting", null),
            ("d", "black hair, necktie, full body", null));
        SmallReport = Write("small", small with { Duplicates = [new NearDuplicate("a", "b", 3)] });
        LargeReport =
            Write("large", LoraBuild.Tests.SmallReport.Of(new TrainingSettings(), [.. Enumerable.Range(0, Large).Select(AnyPicture)]));
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = Browser(), Args = ["--no-sandbox", "--disable-gpu"] });
    }

    public async Task DisposeAsync()
    {
        if (browser is not null)
            await browser.DisposeAsync();
        playwright?.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private static string Browser() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .SelectMany(_ => Browsers, Path.Combine)
            .FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException("There is no Chromium. build/setup.sh --tests installs it.");

    private static (string Id, string Raw, LoraBuild.Dataset.Tags.TagEdit? Edit) AnyPicture(int index)
    {
        var tags = Enumerable.Range(0, 30)
            .Select(place => string.Create(CultureInfo.InvariantCulture, $"tag {(index * 7 + place * place) % 400}"));
        return (
            string.Create(
                CultureInfo.InvariantCulture,
                $"picture_{index:0000}"), $"1girl, black hair, necktie, shirt, white shirt, smile, {string.Join(", ", tags)}", null);
    }

    private static ReportTraining Training()
    {
        double[] losses = [.. Enumerable.Range(0, 60).Select(step => 0.1 + (0.02 * Math.Cos(step)) - (0.001 * step))];
        PictureRequest[] prompts =
            [new() { Prompt = "aoi, smile", Width = 128, Height = 128 }, new() { Prompt = "<b>1girl</b>", Width = 160, Height = 96 }];
        PreviewRow[] rows = [.. Enumerable.Range(1, 3).Select(epoch =>
            new PreviewRow(new(epoch * 20, epoch), [.. prompts.Select((_, prompt) => new PreviewFile(
                $"{epoch}_{prompt}.png", ""))], new($"{epoch}_grid.png", "")))];
        return new(
            new(20, losses, [.. losses.Select((_, step) => 1e-4 * Math.Min(1, step / 20.0))], [.. losses.Select((_, step) => 5e-5
                * Math.Min(1, step / 20.0))]),
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
