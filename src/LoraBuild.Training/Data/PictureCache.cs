using System.Collections.Concurrent;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Imaging;
using LoraBuild.Imaging.Rasters;
using LoraBuild.Imaging.Resampling;

namespace LoraBuild.Training.Data;

/// <summary>
/// Decoded and resized pictures, kept in memory up to a bound; those beyond it are decoded at each use. Safe for several threads.
/// </summary>
/// <param name="maxBytes">The most memory for pictures, in bytes.</param>
public sealed class PictureCache(long maxBytes)
{
    private readonly ConcurrentDictionary<int, Lazy<Raster>> rasters = new();
    private long bytes;

    /// <summary>
    /// The picture at the size from which it is cropped. Its alpha is the mask of the loss, and does not touch its colours.
    /// </summary>
    /// <exception cref="LoraBuildException">LB2xxx, LB6004: it cannot be decoded or read. LB6009: it is not the one that the dataset
    /// lists.</exception>
    public Raster Get(TrainingPicture picture)
    {
        if (rasters.TryGetValue(picture.Index, out var kept))
            return kept.Value;
        var size = 4 * picture.Placement.Resized.Area;
        if (Interlocked.Add(ref bytes, size) > maxBytes)
        {
            Interlocked.Add(ref bytes, -size);
            return Load(picture);
        }

        var loading = new Lazy<Raster>(() => Load(picture));
        var winner = rasters.GetOrAdd(picture.Index, loading);
        if (!ReferenceEquals(winner, loading))
            Interlocked.Add(ref bytes, -size);
        return winner.Value;
    }

    /// <summary>Forgets all pictures.</summary>
    public void Clear()
    {
        foreach (var index in rasters.Keys)
        {
            if (rasters.TryRemove(index, out var removed))
                Interlocked.Add(ref bytes, -removed.Value.Pixels.Length);
        }
    }

    private static Raster Load(TrainingPicture picture)
    {
        var raster = PictureDecoder.Decode(picture.Path, sha256: picture.Sha256.Length > 0 ? picture.Sha256 : null).Raster;
        var resized = picture.Placement.Resized;
        return PictureResampler.Resize(raster, resized.Width, resized.Height);
    }
}
