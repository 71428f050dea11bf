using LoraBuild.Torch.Interop;

namespace LoraBuild.Torch;

public static partial class torch
{
    public sealed partial class Tensor
    {
        /// <summary>The memory of a contiguous CPU tensor of at most 2 GiB. The tensor must be kept alive while the span is used.</summary>
        public unsafe Span<byte> bytes
        {
            get
            {
                var count = Bytes();
                if (count > int.MaxValue)
                    throw new ArgumentException($"A span ends at 2 GiB, the tensor has {count} bytes; read or write it as a stream.");
                return new Span<byte>((void*)Data(), (int)count);
            }

            set
            {
                if (Bytes() != value.Length)
                    throw new ArgumentException($"{value.Length} bytes do not fill a tensor of {Bytes()} bytes.");
                value.CopyTo(new Span<byte>((void*)Data(), value.Length));
                GC.KeepAlive(this);
            }
        }

        /// <summary>The elements as .NET values; a tensor on another device is copied to the CPU first.</summary>
        /// <exception cref="ArgumentException"><typeparamref name="T"/> is not the tensor's type.</exception>
        public TensorAccessor<T> data<T>() where T : unmanaged
        {
            if (ScalarTypeExtensions.Of(typeof(T)) != dtype)
                throw new ArgumentException($"{typeof(T).Name} is not compatible with {dtype}");
            return new TensorAccessor<T>(is_cpu() ? this : cpu());
        }

        /// <summary>The only element.</summary>
        public T item<T>() where T : unmanaged
        {
            if (NumberOfElements != 1)
                throw new ArgumentException($"A tensor of {NumberOfElements} elements has no single one.");
            return data<T>()[0];
        }

        /// <summary>The only element, whatever its type.</summary>
        public Scalar ToScalar() => Aten.local_scalar_dense.Number(this);

        public unsafe void WriteBytesToStream(Stream stream, int bufferSize = 1024)
        {
            var end = Bytes();
            var data = (byte*)Data();
            for (long position = 0; position < end; position += bufferSize)
                stream.Write(new ReadOnlySpan<byte>(data + position, (int)Math.Min(bufferSize, end - position)));
            GC.KeepAlive(this);
        }

        /// <exception cref="EndOfStreamException">The stream ends before the tensor is full.</exception>
        public unsafe void ReadBytesFromStream(Stream stream, int bufferSize = 1024)
        {
            var end = Bytes();
            var data = (byte*)Data();
            for (long position = 0; position < end; position += bufferSize)
                stream.ReadExactly(new Span<byte>(data + position, (int)Math.Min(bufferSize, end - position)));
            GC.KeepAlive(this);
        }

        public Tensor copy_(Tensor source, bool nonBlocking = false) => Aten.copy_.InPlace(this, source, nonBlocking);

        public Tensor fill_(Scalar value) => Aten.fill_.InPlace(this, value);

        public Tensor zero_() => Aten.zero_.InPlace(this);

        public Tensor uniform_(double from, double to, Generator? generator = null) => Aten.uniform_.InPlace(this, from, to, generator);

        public Tensor normal_(double mean = 0.0, double std = 1.0, Generator? generator = null) =>
            Aten.normal_.InPlace(this, mean, std, generator);

        public Tensor bernoulli_(double p = 0.5, Generator? generator = null) => Aten.bernoulli_.InPlace(this, p, generator);

        public Tensor bernoulli(Generator? generator = null) => Aten.bernoulli.Call(this, generator);

        public Tensor multinomial(long num_samples, bool replacement = false, Generator? generator = null) =>
            Aten.multinomial.Call(this, num_samples, replacement, generator);

        internal nint Data()
        {
            var data = Read(Native.lb_data(Handle));
            if (data == 0 && NumberOfElements > 0)
                Native.Throw();
            return data;
        }

        private long Bytes()
        {
            if (!is_contiguous())
                throw new InvalidOperationException("Only a contiguous tensor's memory can be read or written as bytes.");
            if (!is_cpu())
                throw new InvalidOperationException("Only a tensor on the CPU can be read or written as bytes; copy it with cpu() first.");
            return NumberOfElements * ElementSize;
        }
    }
}
