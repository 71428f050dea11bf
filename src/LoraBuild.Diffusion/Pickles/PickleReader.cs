using System.Buffers.Binary;
using System.Text;
using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Diffusion.Pickles;

/// <summary>
/// Reads the one kind of pickle that a file of tensors needs: protocol 2, with dictionaries, lists, tuples, texts, numbers, and the few
/// names of <see cref="PickleGlobal"/>. Pickles are programs for a stack machine that may call anything; this one has no instruction that
/// calls, and a name that it does not know ends it. Instructions: CPython, Lib/pickletools.py.
/// </summary>
internal sealed class PickleReader
{
    private const byte NewestProtocol = 2;
    private const int LongestText = 1 << 20;

    /// <summary>The most instructions; a tensor takes about fifty.</summary>
    private const int MostInstructions = 1 << 22;

    private static readonly object Mark = new();

    private readonly byte[] bytes;
    private readonly string path;
    private readonly Stack<object?> stack = new();
    private readonly Dictionary<uint, object?> memo = [];
    private int position;

    private PickleReader(byte[] bytes, string path) => (this.bytes, this.path) = (bytes, path);

    /// <summary>The object that a pickle describes.</summary>
    /// <param name="bytes">The pickle.</param>
    /// <param name="path">The name to report.</param>
    /// <returns>
    /// Null, a bool, long, double or string, a <see cref="PickledTensor"/>, a list as <c>List</c>, a tuple as an array, or a dictionary as
    /// <see cref="PickledDictionary"/>, of such.
    /// </returns>
    /// <exception cref="LoraBuildException">LB4006: it names something else. LB4007: it is damaged.</exception>
    public static object? Read(byte[] bytes, string path)
    {
        var reader = new PickleReader(bytes, path);
        try
        {
            return reader.Run();
        }
        catch (Exception e) when (BadInput.IsCause(e))
        {
            // An instruction that finds another thing on the stack than it works on, or nothing, or no more bytes.
            throw reader.Damaged("its instructions make no sense", e);
        }
    }

    private object? Run()
    {
        for (var count = 0; ; count++)
        {
            if (count > MostInstructions)
                throw Damaged($"its pickle has more than {MostInstructions} instructions");
            var instruction = (PickleInstruction)Take(1)[0];
            if (instruction == PickleInstruction.Stop)
                return PopValue();
            Step(instruction);
        }
    }

    private void Step(PickleInstruction instruction)
    {
        switch (instruction)
        {
            case PickleInstruction.Protocol when Take(1)[0] is var protocol:
                if (protocol > NewestProtocol)
                    throw Damaged($"it is a pickle of protocol {protocol} instead of {NewestProtocol}");
                break;
            case PickleInstruction.Mark:
                stack.Push(Mark);
                break;
            case PickleInstruction.None or PickleInstruction.NewTrue or PickleInstruction.NewFalse:
                stack.Push(instruction == PickleInstruction.None ? null : instruction == PickleInstruction.NewTrue);
                break;
            case PickleInstruction.BinaryInteger:
                stack.Push((long)BinaryPrimitives.ReadInt32LittleEndian(Take(4)));
                break;
            case PickleInstruction.BinaryInteger1:
                stack.Push((long)Take(1)[0]);
                break;
            case PickleInstruction.BinaryInteger2:
                stack.Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2)));
                break;
            case PickleInstruction.Long1:
                stack.Push(ReadLong());
                break;
            case PickleInstruction.BinaryFloat:
                stack.Push(BinaryPrimitives.ReadDoubleBigEndian(Take(8)));
                break;
            case PickleInstruction.BinaryUnicode:
                stack.Push(Encoding.UTF8.GetString(Take(TextLength())));
                break;
            case PickleInstruction.ShortBinaryString:
                stack.Push(Encoding.Latin1.GetString(Take(Take(1)[0])));
                break;
            case PickleInstruction.EmptyList:
                stack.Push(new List<object?>());
                break;
            case PickleInstruction.EmptyDictionary:
                stack.Push(new PickledDictionary());
                break;
            case PickleInstruction.EmptyTuple:
                stack.Push(Array.Empty<object?>());
                break;
            case PickleInstruction.Tuple1 or PickleInstruction.Tuple2 or PickleInstruction.Tuple3:
                PushTuple(instruction - PickleInstruction.Tuple1 + 1);
                break;
            case PickleInstruction.Tuple:
                stack.Push(PopToMark());
                break;
            case PickleInstruction.Append:
                var item = PopValue();
                Top<List<object?>>().Add(item);
                break;
            case PickleInstruction.Appends:
                var items = PopToMark();
                Top<List<object?>>().AddRange(items);
                break;
            case PickleInstruction.SetItem:
                var (value, key) = (PopValue(), PopValue());
                Set([key, value]);
                break;
            case PickleInstruction.SetItems:
                Set(PopToMark());
                break;
            case PickleInstruction.BinaryPut:
                memo[Take(1)[0]] = stack.Peek();
                break;
            case PickleInstruction.LongBinaryPut:
                memo[BinaryPrimitives.ReadUInt32LittleEndian(Take(4))] = stack.Peek();
                break;
            case PickleInstruction.BinaryGet:
                Recall(Take(1)[0]);
                break;
            case PickleInstruction.LongBinaryGet:
                Recall(BinaryPrimitives.ReadUInt32LittleEndian(Take(4)));
                break;
            case PickleInstruction.Global:
                PushGlobal();
                break;
            case PickleInstruction.BinaryPersistentId:
                stack.Push(ToStorage(Pop<object?[]>()));
                break;
            case PickleInstruction.Reduce:
                var arguments = Pop<object?[]>();
                stack.Push(Make(Pop<PickleGlobal>(), arguments));
                break;
            case PickleInstruction.Build:
                // Attributes of an OrderedDict: torch.nn.Module leaves version numbers there, which nobody needs.
                _ = PopValue();
                _ = Top<PickledDictionary>();
                break;
            case PickleInstruction.Instance:
                throw Refused($"asks for '{new PickleGlobal(ReadLine(), ReadLine())}'");
            case >= PickleInstruction.NewObject and <= PickleInstruction.Extension4:
            case PickleInstruction.Object or PickleInstruction.NewObjectWithKeywords or PickleInstruction.StackGlobal:
                throw Refused($"makes objects by the instruction {instruction}");
            default:
                throw Damaged(
                    $"the instruction 0x{(byte)instruction:X2} at byte {position - 1} of its pickle has no place in protocol "
                    + $"{NewestProtocol}");
        }
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        var taken = bytes.AsSpan(position, count);
        position += count;
        return taken;
    }

    private int TextLength() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4)) is var length && length <= LongestText
        ? (int)length
        : throw Damaged($"a text claims {length} bytes");

    private long ReadLong()
    {
        var digits = Take(Take(1)[0]);
        if (digits.Length > sizeof(long))
            throw Damaged($"a number has {digits.Length} bytes");
        Span<byte> value = stackalloc byte[sizeof(long)];
        value.Fill(digits.Length > 0 && (digits[^1] & 0x80) != 0 ? (byte)0xFF : (byte)0);
        digits.CopyTo(value);
        return BinaryPrimitives.ReadInt64LittleEndian(value);
    }

    private void PushTuple(int count)
    {
        var tuple = new object?[count];
        while (count > 0)
            tuple[--count] = PopValue();
        stack.Push(tuple);
    }

    private object? PopValue() =>
        stack.Pop() is var value && value != Mark ? value : throw new InvalidOperationException("A mark is no value.");

    private object?[] PopToMark()
    {
        var items = new List<object?>();
        for (var item = stack.Pop(); item != Mark; item = stack.Pop())
            items.Add(item);
        items.Reverse();
        return [.. items];
    }

    private T Top<T>() => As<T>(stack.Peek());

    private T Pop<T>() => As<T>(stack.Pop());

    // A pickle's None is no value of any type, where a cast would take it for one.
    private static T As<T>(object? value) =>
        value is T typed ? typed : throw new InvalidOperationException($"A {typeof(T).Name} was expected.");

    private void Set(object?[] pairs)
    {
        var dictionary = Top<PickledDictionary>();
        for (var i = 0; i < pairs.Length; i += 2)
        {
            if (!dictionary.TryAdd(pairs[i] ?? "None", pairs[i + 1]))
                throw Damaged($"'{pairs[i]}' is twice in a dictionary");
        }
    }

    private void Recall(uint place) => stack.Push(
        memo.TryGetValue(place, out var value) ? value : throw Damaged($"it recalls what it has not memorised ({place})"));

    private void PushGlobal()
    {
        var global = new PickleGlobal(ReadLine(), ReadLine());
        stack.Push(global.IsKnown ? global : throw Refused($"asks for '{global}'"));
    }

    private string ReadLine()
    {
        var length = bytes.AsSpan(position).IndexOf((byte)'\n');
        var line = Encoding.UTF8.GetString(Take(length));
        position++;
        return line;
    }

    // ('storage', class, key, device, count)
    private PickledStorage ToStorage(object?[] id)
    {
        if (id is ["storage", PickleGlobal { StorageType: { } type }, string key, string, long count] && count >= 0)
            return new PickledStorage(key, type, count);
        throw Damaged("it names a storage in an unknown way");
    }

    private object Make(PickleGlobal global, object?[] arguments)
    {
        if (global == PickleGlobal.OrderedDictionary && arguments.Length == 0)
            return new PickledDictionary();
        if (global == PickleGlobal.RebuildTensor
            && arguments is [PickledStorage storage, long offset and >= 0, object?[] shape, object?[] strides, ..]
            && shape.Length == strides.Length
            && shape.Concat(strides).All(size => size is long))
        {
            var tensor = new PickledTensor(storage, offset, [.. shape.Cast<long>()], [.. strides.Cast<long>()]);
            if (tensor.Shape.All(size => size >= 0) && tensor.Strides.All(stride => stride >= 0) && offset + tensor.Extent <= storage.Count
                && tensor.Count <= storage.Count)
                return tensor;
            throw Damaged($"a tensor [{string.Join(", ", tensor.Shape)}] does not fit into its storage of {storage.Count} elements");
        }
        throw Damaged($"'{global}' has other arguments than torch writes");
    }

    private LoraBuildException Refused(string what) => new(
        DiagnosticCode.PickleRefused,
        $"The file holds more than tensors and dictionaries: it {what}. LoraBuild runs no code from a file. Use a .safetensors version of "
        + "the model.",
        path);

    private LoraBuildException Damaged(string reason, Exception? cause = null) => new(
        DiagnosticCode.PickleDamaged,
        $"The file is not a sound checkpoint of torch: {reason}. Download or copy it again, or use a .safetensors version of the model.",
        path,
        innerException: cause);
}

/// <summary>The instructions of a pickle of protocol 2, as CPython's Lib/pickletools.py names and numbers them.</summary>
internal enum PickleInstruction : byte
{
    Mark = (byte)'(',
    Stop = (byte)'.',
    Reduce = (byte)'R',
    Build = (byte)'b',
    Global = (byte)'c',
    BinaryPersistentId = (byte)'Q',
    None = (byte)'N',
    NewTrue = 0x88,
    NewFalse = 0x89,
    BinaryInteger = (byte)'J',
    BinaryInteger1 = (byte)'K',
    BinaryInteger2 = (byte)'M',
    Long1 = 0x8A,
    BinaryFloat = (byte)'G',
    BinaryUnicode = (byte)'X',
    ShortBinaryString = (byte)'U',
    EmptyList = (byte)']',
    EmptyDictionary = (byte)'}',
    EmptyTuple = (byte)')',
    Tuple = (byte)'t',
    Tuple1 = 0x85,
    Tuple2 = 0x86,
    Tuple3 = 0x87,
    Append = (byte)'a',
    Appends = (byte)'e',
    SetItem = (byte)'s',
    SetItems = (byte)'u',
    BinaryPut = (byte)'q',
    LongBinaryPut = (byte)'r',
    BinaryGet = (byte)'h',
    LongBinaryGet = (byte)'j',
    Protocol = 0x80,

    // Those that make objects of classes, by other ways than Reduce.
    Instance = (byte)'i',
    Object = (byte)'o',
    NewObject = 0x81,
    NewObjectWithKeywords = 0x92,
    StackGlobal = 0x93,
    Extension1 = 0x82,
    Extension2 = 0x83,
    Extension4 = 0x84,
}
