namespace LoraBuild.Base.Files;

/// <summary>Addresses where a file can be fetched, which stand where else a path does.</summary>
public static class WebAddress
{
    /// <summary>True for an http or https URI, false for a path and any other text.</summary>
    public static bool Is(string text) => Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https";
}
