using LoraBuild.Torch.Interop;

namespace LoraBuild.Torch;

public static partial class torch
{
    public static Generator manual_seed(long seed) => random.manual_seed(seed);

    /// <summary>The default generators.</summary>
    public static class random
    {
        /// <summary>Seeds the default generator of every device.</summary>
        public static Generator manual_seed(long seed)
        {
            Native.Check(Native.lb_manual_seed((ulong)seed));
            return Generator.Default;
        }
    }

    /// <summary>A source of random numbers of its own: Mersenne Twister on the CPU, Philox on a GPU.</summary>
    public sealed unsafe class Generator : IDisposable
    {
        private nint _handle;

        public Generator(ulong seed = 0, Device? device = null)
        {
            this.device = device ?? CPU;
            nint handle;
            Native.Check(Native.lb_generator_new(this.device.Bits, seed, &handle));
            _handle = handle;
        }

        private Generator(nint handle)
        {
            device = CPU;
            _handle = handle;
        }

        ~Generator() => Release();

        /// <summary>The CPU's default generator.</summary>
        public static Generator Default
        {
            get
            {
                nint handle;
                Native.Check(Native.lb_generator_default(CPU.Bits, &handle));
                return new Generator(handle);
            }
        }

        public nint Handle => _handle != 0 ? _handle : throw new ObjectDisposedException(nameof(Generator));

        public Device device { get; }

        public void Dispose()
        {
            Release();
            GC.SuppressFinalize(this);
        }

        private void Release()
        {
            var handle = Interlocked.Exchange(ref _handle, 0);
            if (handle != 0)
                Native.lb_generator_release(handle);
        }
    }
}
