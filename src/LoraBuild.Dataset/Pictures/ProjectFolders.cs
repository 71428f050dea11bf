namespace LoraBuild.Dataset.Pictures;

/// <summary>The folders in which a project's pictures are found without being named.</summary>
public static class ProjectFolders
{
    /// <summary>The folder of a character's pictures, beside her character.yaml.</summary>
    public const string Images = "images";

    /// <summary>The folder of regularisation images, beside the project file.</summary>
    public const string Regularization = "regularization";
}
