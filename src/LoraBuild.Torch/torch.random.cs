using LoraBuild.Torch.Interop;

namespace LoraBuild.Torch;

public static partial class torch
{
    public static Generator manual_seed(long seed) => random.manual_seed(seed);

    public static long initial_seed() => random.initial_seed();

    public static Tensor get_rng_state() => random.get_rng_state();

    public static void set_rng_state(Tensor new_state) => random.set_rng_state(new_state);

    /// <summary>The default generators.</summary>
    public static class random
    {
        /// <summary>Seeds the default generator of every device.</summary>
        public static Generator manual_seed(long seed)
        {
            Native.Check(Native.lb_manual_seed((ulong)seed));
            return Generator.Default;
        }

        public static long initial_seed()
        {
            using var generator = Generator.Default;
            return generator.initial_seed();
        }

        public static Tensor get_rng_state()
        {
            using var generator = Generator.Default;
            return generator.get_state();
        }

        public static void set_rng_state(Tensor new_state)
        {
            using var generator = Generator.Default;
            generator.set_state(new_state);
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

        public Generator manual_seed(long seed)
        {
            Native.Check(Native.lb_generator_seed(Handle, (ulong)seed));
            return this;
        }

        public long initial_seed()
        {
            var seed = (long)Native.lb_generator_initial_seed(Handle);
            GC.KeepAlive(this);
            return seed;
        }

        /// <summary>Bytes to go on from later; their number depends on the device.</summary>
        public Tensor get_state()
        {
            nint state;
            Native.Check(Native.lb_generator_state(Handle, &state));
            GC.KeepAlive(this);
            return new Tensor(state);
        }

        public void set_state(Tensor value)
        {
            Native.Check(Native.lb_generator_set_state(Handle, value.Handle));
            GC.KeepAlive((this, value));
        }

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
