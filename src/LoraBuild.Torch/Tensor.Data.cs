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

        public Tensor copy_(Tensor source, bool nonBlocking = false) => Aten.copy_.InPlace(this, source, nonBlocking);

        public Tensor fill_(Scalar value) => Aten.fill_.InPlace(this, value);

        public Tensor zero_() => Aten.zero_.InPlace(this);

        public Tensor bernoulli_(double p = 0.5, Generator? generator = null) => Aten.bernoulli_.InPlace(this, p, generator);

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
