namespace LoraBuild.Imaging.Png;

/// <summary>PNG's checksum (ISO 3309, polynomial 0xEDB88320), four bytes a step.</summary>
internal static class Crc32
{
    private static readonly uint[][] Tables = MakeTables();

    /// <summary>The checksum of data that follows data with the checksum <paramref name="crc"/>; 0 at the beginning.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> data)
    {
        crc = ~crc;
        while (data.Length >= 4)
        {
            crc ^= System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(data);
            crc = Tables[3][crc & 255] ^ Tables[2][(crc >> 8) & 255] ^ Tables[1][(crc >> 16) & 255] ^ Tables[0][crc >> 24];
            data = data[4..];
        }
        foreach (var value in data)
            crc = Tables[0][(crc ^ value) & 255] ^ (crc >> 8);
        return ~crc;
    }

    private static uint[][] MakeTables()
    {
        var tables = new uint[4][];
        for (var t = 0; t < tables.Length; t++)
        {
            tables[t] = new uint[256];
            for (var i = 0u; i < 256; i++)
            {
                var value = t == 0 ? i : tables[t - 1][i];
                for (var bit = 0; bit < 8; bit++)
                    value = (value & 1) != 0 ? 0xEDB88320 ^ (value >> 1) : value >> 1;
                tables[t][i] = value;
            }
        }
        return tables;
    }
}
