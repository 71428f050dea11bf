using System.Buffers.Binary;
using System.Text.Json;
using LoraBuild.Imaging.Rasters;

namespace LoraBuild.Imaging.Tests.Resampling;

/// <summary>The byte tensors of a small .safetensors file.</summary>
internal sealed class GoldenTensors
{
    private readonly byte[] content;
    private readonly JsonElement header;
    private readonly int data;

    public GoldenTensors(string path)
    {
        content = File.ReadAllBytes(path);
        data = 8 + (int)BinaryPrimitives.ReadInt64LittleEndian(content);
        header = JsonDocument.Parse(content.AsMemory(8, data - 8)).RootElement;
    }

    /// <summary>Height x width x 3 bytes as an opaque raster.</summary>
    public Raster Rgb(string name)
    {
        var entry = header.GetProperty(name);
        var begin = data + entry.GetProperty("data_offsets")[0].GetInt32();
        var raster = new Raster(entry.GetProperty("shape")[1].GetInt32(), entry.GetProperty("shape")[0].GetInt32());
        for (var i = 0; i < raster.Width * raster.Height; i++)
        {
            content.AsSpan(begin + i * 3, 3).CopyTo(raster.Pixels.AsSpan(i * 4));
            raster.Pixels[i * 4 + 3] = 255;
        }
        return raster;
    }
}
