namespace LoraBuild.Dataset.Manifest;

/// <summary>
/// The content of <c>dataset.json</c>: the captioned dataset that the pipeline made and that training reads. It lies in the dataset folder,
/// which is laid out as sd-scripts expects it (<c>REPEATS_TRIGGER/NAME.png</c> with <c>NAME.txt</c> beside it).
/// </summary>
/// <param name="Triggers">The characters' trigger words: one of them is the first tag of every caption.</param>
/// <param name="Groups">A group for each character and number of repeats; highest number of repeats first, then by folder
/// (ordinal).</param>
public sealed record DatasetManifest(IReadOnlyList<string> Triggers, IReadOnlyList<DatasetGroup> Groups)
{
    /// <summary>
    /// The number of samples of the characters in one pass over the data: the sum over the groups of repeats times pictures, without
    /// regularisation images.
    /// </summary>
    public int SamplesPerEpoch => Groups.Where(group => !group.IsRegularization).Sum(group => group.Repeats * group.Pictures.Count);
}
