namespace LoraBuild.Dataset.Manifest;

/// <summary>
/// Repeats of each picture in an epoch. Pictures of a character are shown as often as their group says, regularisation images as often
/// altogether. sd-scripts pairs them so: each by its own repeats until there are enough, then one more of each in turn.
/// </summary>
public static class RegularizationPairing
{
    /// <summary>The pictures that an epoch shows, in the manifest's order, with their repeats.</summary>
    public static IReadOnlyList<(DatasetGroup Group, DatasetPicture Picture, int Repeats)> Pair(DatasetManifest manifest)
    {
        var all = manifest.Groups
            .SelectMany(group => group.Pictures.Select(picture => (Group: group, Picture: picture, group.Repeats)))
            .ToArray();
        var wanted = manifest.SamplesPerEpoch;
        int[] others = [.. Enumerable.Range(0, all.Length).Where(i => all[i].Group.IsRegularization)];
        var paired = 0;
        foreach (var i in others)
        {
            all[i].Repeats = paired < wanted ? all[i].Group.Repeats : 0;
            paired += all[i].Repeats;
        }

        for (var turn = 0; paired < wanted && others.Length > 0; turn++, paired++)
            all[others[turn % others.Length]].Repeats++;
        return [.. all.Where(entry => entry.Repeats > 0)];
    }
}
