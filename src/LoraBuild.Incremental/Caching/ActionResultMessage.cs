using System.Globalization;
using System.Text;
using Google.Protobuf;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;
using LoraBuild.Base.Hashing;

namespace LoraBuild.Incremental.Caching;

/// <summary>
/// A <see cref="StoredResult"/> as the <c>ActionResult</c> message of Bazel's remote execution API, version 2: what <c>ac/</c> holds of a
/// Bazel cache, so that servers that look into it (bazel-remote does) find what they expect, and keep its files as long as it.
/// </summary>
/// <remarks>
/// <c>output_files</c> are the files; <c>stdout_raw</c> is the step's name and, from the second line on, <c>name=value</c> for each fact;
/// <c>stderr_raw</c> is a seal: the SHA-256 of key, step, facts and files.
/// The message is found under its key and not under its hash, so without the seal a flipped bit could give a file another name.
/// </remarks>
internal static class ActionResultMessage
{
    /// <summary>The most bytes of a message; a result of thousands of files has less.</summary>
    public const long Largest = 1 << 24;

    // Field numbers of build/bazel/remote/execution/v2/remote_execution.proto, as tags: with how a field is written behind them.
    private const uint LengthDelimited = (uint)WireFormat.WireType.LengthDelimited;
    private const uint OutputFiles = (2 << 3) | LengthDelimited;
    private const uint StandardOutput = (5 << 3) | LengthDelimited;
    private const uint StandardError = (7 << 3) | LengthDelimited;
    private const uint FilePath = (1 << 3) | LengthDelimited;
    private const uint FileDigest = (2 << 3) | LengthDelimited;
    private const uint DigestHash = (1 << 3) | LengthDelimited;
    private const uint DigestSize = (2 << 3) | (uint)WireFormat.WireType.Varint;

    /// <summary>The message for a result.</summary>
    public static byte[] Write(ContentHash key, StoredResult result) => Message(output =>
    {
        foreach (var file in result.Files)
        {
            WriteBytes(output, OutputFiles, Message(outputFile =>
            {
                WriteBytes(outputFile, FilePath, Encoding.UTF8.GetBytes(file.Name));
                WriteBytes(outputFile, FileDigest, Message(digest =>
                {
                    WriteBytes(digest, DigestHash, Encoding.UTF8.GetBytes(file.Content.ToString()));
                    digest.WriteTag(DigestSize);
                    digest.WriteInt64(file.Length);
                }));
            }));
        }

        WriteBytes(output, StandardOutput, Encoding.UTF8.GetBytes(Text(result)));
        WriteBytes(output, StandardError, Encoding.UTF8.GetBytes(Seal(key, result).ToString()));
    });

    /// <summary>The result in a file; null where it is damaged, larger than any, or one of another key.</summary>
    /// <exception cref="IOException">It is missing or cannot be read.</exception>
    public static StoredResult? ReadFile(ContentHash key, string path) =>
        FileStamp.Of(path) is { Length: > Largest } ? null : Read(key, WholeFile.ReadBytes(path, Largest));

    /// <summary>The result in a message; null where it is damaged, or one of another key.</summary>
    public static StoredResult? Read(ContentHash key, byte[] message)
    {
        try
        {
            var files = new List<StoredFile>();
            string text = "", seal = "";
            Fields(message, (tag, input) =>
            {
                switch (tag)
                {
                    case OutputFiles: files.Add(ReadFile(input.ReadBytes())); break;
                    case StandardOutput: text = input.ReadBytes().ToStringUtf8(); break;
                    case StandardError: seal = input.ReadBytes().ToStringUtf8(); break;
                    default: input.SkipLastField(); break;
                }
            });
            var end = text.IndexOf('\n', StringComparison.Ordinal);
            var result = new StoredResult(files, end < 0 ? text : text[..end], StepFacts.Parse(end < 0 ? "" : text[(end + 1)..]));
            // A server could name a file anywhere else.
            return seal == Seal(key, result).ToString() && files.All(file => InnerPath.NameFault(file.Name) is null) ? result : null;
        }
        catch (Exception e) when (e is InvalidProtocolBufferException || BadInput.IsCause(e))
        {
            return null;
        }
    }

    private static StoredFile ReadFile(ByteString message)
    {
        string name = "", hash = "";
        var size = 0L;
        Fields(message.ToByteArray(), (tag, input) =>
        {
            switch (tag)
            {
                case FilePath: name = input.ReadString(); break;
                case FileDigest: ReadDigest(input.ReadBytes()); break;
                default: input.SkipLastField(); break;
            }
        });
        return new StoredFile(name, ContentHash.Parse(hash), size);

        void ReadDigest(ByteString digest) => Fields(digest.ToByteArray(), (tag, input) =>
        {
            switch (tag)
            {
                case DigestHash: hash = input.ReadString(); break;
                case DigestSize: size = input.ReadInt64(); break;
                default: input.SkipLastField(); break;
            }
        });
    }

    private static string Text(StoredResult result) =>
        result.Facts.Count == 0 ? result.Step : $"{result.Step}\n{StepFacts.Format(result.Facts)}";

    private static ContentHash Seal(ContentHash key, StoredResult result)
    {
        var seal = new StepKey("Result", 1).With("key", key).With("made by", Text(result));
        foreach (var file in result.Files)
            seal.With("name", file.Name).With("content", file.Content).With("length", file.Length.ToString(CultureInfo.InvariantCulture));
        return seal.ToHash();
    }

    private static void Fields(byte[] message, Action<uint, CodedInputStream> read)
    {
        var input = new CodedInputStream(message);
        while (input.ReadTag() is not 0 and var tag)
            read(tag, input);
    }

    private static byte[] Message(Action<CodedOutputStream> write)
    {
        using var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream, leaveOpen: true))
            write(output);
        return stream.ToArray();
    }

    private static void WriteBytes(CodedOutputStream output, uint tag, byte[] bytes)
    {
        output.WriteTag(tag);
        output.WriteBytes(UnsafeByteOperations.UnsafeWrap(bytes));
    }
}
