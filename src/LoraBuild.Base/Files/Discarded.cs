namespace LoraBuild.Base.Files;

/// <summary>Files that nobody needs.</summary>
public static class Discarded
{
    /// <summary>Deletes a file; one that cannot be deleted stays, which harms nobody.</summary>
    /// <returns>True if this call deleted it.</returns>
    public static bool Delete(string path)
    {
        try
        {
            File.Delete(path);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
