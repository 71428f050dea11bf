namespace LoraBuild.Core.Files;

/// <summary>Files and folders that nobody needs.</summary>
internal static class Discarded
{
    /// <summary>Deletes a file; one that cannot be deleted stays, which harms nobody.</summary>
    /// <returns>Whether it is gone by this call.</returns>
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

    /// <summary>Deletes a folder with all that is in it; one that cannot be deleted stays.</summary>
    public static void DeleteFolder(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // As with a file.
        }
    }
}
