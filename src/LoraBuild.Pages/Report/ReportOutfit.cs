namespace LoraBuild.Pages.Report;

/// <summary>An outfit in the report.</summary>
/// <param name="Character">Whose it is: a trigger word.</param>
/// <param name="Name">Its name.</param>
/// <param name="Tags">Its tags.</param>
public sealed record ReportOutfit(string Character, string Name, IReadOnlyList<string> Tags);
