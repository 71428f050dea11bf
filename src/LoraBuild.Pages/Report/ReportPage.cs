using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Hashing;

namespace LoraBuild.Pages.Report;

/// <summary>
/// The report as one HTML file that needs no other: Report/page.html with its style, its script, the data and the thumbnails put in. The
/// same data give the same bytes.
/// </summary>
public static class ReportPage
{
    /// <summary>The longer side of a thumbnail in pixels.</summary>
    public const int ThumbnailSide = 208;

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        // Writes <, > and & as escapes, so that nothing ends the script element.
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>The hash of the page without its data, for keys.</summary>
    public static ContentHash Template { get; } = ContentHash.Of(string.Concat(Asset("page.html"), Asset("page.css"), Asset("page.js")));

    /// <summary>The style sheet, which other pages start from.</summary>
    internal static string Style => Asset("page.css");

    /// <summary>Writes the page in UTF-8.</summary>
    /// <param name="target">The file to write.</param>
    /// <param name="data">The data that the page shows.</param>
    /// <param name="thumbnails">A thumbnail for each of <see cref="ReportData.Pictures"/>, in their order.</param>
    /// <param name="training">The outcome of the training; null before it.</param>
    public static void Write(Stream target, ReportData data, IReadOnlyList<ReportThumbnail> thumbnails, ReportTraining? training = null)
    {
        var html = Asset("page.html").AsSpan();
        while (html.IndexOf("{{", StringComparison.Ordinal) is >= 0 and var start)
        {
            var end = html.IndexOf("}}", StringComparison.Ordinal);
            target.Write(Encoding.UTF8.GetBytes(html[..start].ToString()));
            Fill(html[(start + 2)..end]);
            html = html[(end + 2)..];
        }

        target.Write(Encoding.UTF8.GetBytes(html.ToString()));

        void Fill(ReadOnlySpan<char> place)
        {
            switch (place)
            {
                case "title": target.Write(Encoding.UTF8.GetBytes(WebUtility.HtmlEncode(LegibleText.OneLine(data.Title)))); break;
                case "style": target.Write(Encoding.UTF8.GetBytes(Asset("page.css"))); break;
                case "script": target.Write(Encoding.UTF8.GetBytes(Asset("page.js"))); break;
                case "training": target.Write(Encoding.UTF8.GetBytes(TrainingSection.Html(training))); break;
                case "data": JsonSerializer.Serialize(target, data, Json); break;
                case "thumbnails": JsonSerializer.Serialize(target, thumbnails, Json); break;
                default: throw new InvalidOperationException($"page.html has no place {place}.");
            }
        }
    }

    private static string Asset(string name)
    {
        using var stream = typeof(ReportPage).Assembly.GetManifestResourceStream($"Report/{name}")
            ?? throw new InvalidOperationException($"Report/{name} is not embedded.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
