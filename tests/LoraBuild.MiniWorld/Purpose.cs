namespace LoraBuild.MiniWorld;

/// <summary>What random numbers are for, so that none are drawn for two things.</summary>
internal static class Purpose
{
    public const long Casting = 1, Drawing = 2, FirstWeights = 3, Batch = 4, Caption = 5, Wear = 6, Size = 7;

    /// <summary>Pictures that a part learns from.</summary>
    public const long VaePictures = 10, UNetPictures = 11, TaggerPictures = 12;

    /// <summary>Pictures that nothing learns from.</summary>
    public const long CheckPictures = 20;
}
