namespace LoraBuild.Pages.Report;

/// <summary>A line of a chart.</summary>
/// <param name="Name">The name of the curve's quantity.</param>
/// <param name="Style">The style sheet's class.</param>
/// <param name="Values">A value for each step.</param>
internal sealed record Curve(string Name, string Style, IReadOnlyList<double> Values);
