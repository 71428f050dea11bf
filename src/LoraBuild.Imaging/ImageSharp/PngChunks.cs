using System.Buffers.Binary;
using System.Text;

namespace LoraBuild.Imaging.ImageSharp;

/// <summary>The chunks of a PNG file (PNG 3rd edition, section 5).</summary>
internal static class PngChunks
{
    private const int SignatureLength = 8, LengthAndType = 8, Checksum = 4;

    /// <summary>Finds each whole chunk: its type, and where its data begins and how long they are, in bytes.</summary>
    public static IEnumerable<(string Type, int Start, int Length)> Of(byte[] content)
    {
        for (var at = SignatureLength; at + LengthAndType + Checksum <= content.Length;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(content.AsSpan(at));
            if (length > content.Length - at - LengthAndType - Checksum)
                yield break;
            yield return (Encoding.Latin1.GetString(content, at + 4, 4), at + LengthAndType, (int)length);
            at += LengthAndType + (int)length + Checksum;
        }
    }

    /// <summary>
    /// Takes the compressed texts out, which ImageSharp 2.1 would unpack whole, however long they are. The same bytes where there are none.
    /// </summary>
    public static byte[] WithoutCompressedTexts(byte[] content)
    {
        var rest = new MemoryStream();
        var kept = 0;
        foreach (var (type, start, length) in Of(content))
        {
            if (type is not ("zTXt" or "iTXt"))
                continue;
            rest.Write(content.AsSpan(kept..(start - LengthAndType)));
            kept = start + length + Checksum;
        }

        if (kept == 0)
            return content;
        rest.Write(content.AsSpan(kept));
        return rest.ToArray();
    }
}
