using System.Globalization;
using System.Net;
using System.Text;
using LoraBuild.Protocol.Logging;
using LoraBuild.Protocol.Previews;

namespace LoraBuild.Pages.Report;

/// <summary>The report's section on the training: curves and previews, which need no script.</summary>
internal static class TrainingSection
{
    /// <summary>The section's content as HTML.</summary>
    /// <param name="training">The outcome of the training; null before it.</param>
    public static string Html(ReportTraining? training)
    {
        if (training is null)
            return "    <p>The training has not ended yet.</p>";
        var html = new StringBuilder();
        AppendCurves(html, training.Log);
        if (training.Previews is { Rows.Count: > 0 } previews)
            AppendPreviews(html, previews, training.Thumbnails);
        return html.ToString();
    }

    private static void AppendCurves(StringBuilder html, TrainingLog log)
    {
        double[] averages = [.. log.Losses.Select((_, step) => TrainingLog.AverageLoss(log.Losses, step, log.StepsPerEpoch))];
        html.Append("    <div class=\"curves\">\n");
        Figure("Loss", [new("each step", "faint", log.Losses), new("average over an epoch", "first", averages)]);
        Figure("Learning rate", log.TextEncoderLr is { } text
            ? [new("UNet", "first", log.UnetLr), new("text encoder", "second", text)]
            : [new("UNet", "first", log.UnetLr)]);
        html.Append("    </div>\n");

        void Figure(string title, IReadOnlyList<Curve> curves)
        {
            html.Append("      <figure>\n").Append(CurveChart.Svg(title, curves, log.StepsPerEpoch)).Append("        <figcaption>");
            foreach (var curve in curves)
                html.Append(CultureInfo.InvariantCulture, $"<span class=\"key {curve.Style}\">{title}, {curve.Name}</span>");
            html.Append("</figcaption>\n      </figure>\n");
        }
    }

    private static void AppendPreviews(StringBuilder html, PreviewSheet previews, IReadOnlyDictionary<string, byte[]> thumbnails)
    {
        html.Append(
            "    <div class=\"previews\"><table id=\"previews\"><caption>Previews, in bin/samples</caption>\n      <thead><tr><th "
            + "scope=\"col\">After</th>");
        foreach (var prompt in previews.Prompts)
            html.Append(CultureInfo.InvariantCulture, $"<th scope=\"col\">{WebUtility.HtmlEncode(prompt.Prompt)}</th>");
        html.Append("</tr></thead>\n      <tbody>\n");
        foreach (var row in previews.Rows)
        {
            var after = row.Moment.Epoch is > 0 and var epoch ? $"epoch {epoch}" : $"step {row.Moment.Steps}";
            html.Append(CultureInfo.InvariantCulture, $"      <tr><th scope=\"row\">{after}</th>");
            foreach (var (picture, prompt) in row.Pictures.Zip(previews.Prompts))
            {
                var scale = Math.Min(1, (double)ReportPage.ThumbnailSide / Math.Max(prompt.Width, prompt.Height));
                var (width, height) = (Math.Round(prompt.Width * scale), Math.Round(prompt.Height * scale));
                html.Append(
                    CultureInfo.InvariantCulture,
                    $"<td><img src=\"data:image/jpeg;base64,{Convert.ToBase64String(thumbnails[picture.Name])}\" "
                    + $"alt=\"{WebUtility.HtmlEncode(prompt.Prompt)}, after {after}\" width=\"{width}\" height=\"{height}\"></td>");
            }

            html.Append("</tr>\n");
        }

        html.Append("      </tbody></table></div>\n");
    }
}
