using System.Runtime.InteropServices;
using LoraBuild.Torch.Interop;

namespace LoraBuild.Torch;

public static partial class torch
{
    /// <summary>The version of the libtorch that the binding was built for, <c>2.10.0</c>.</summary>
    public static string __version__ => Marshal.PtrToStringUTF8(Native.lb_version())!;

    /// <summary>Opens a scope that disposes what this thread makes until the scope is disposed.</summary>
    public static DisposeScope NewDisposeScope() => DisposeScopeManager.ThreadSingleton.NewDisposeScope();

    /// <summary>Threads that one operator uses at most.</summary>
    public static int get_num_threads() => Native.lb_num_threads();

    public static void set_num_threads(int num) => Native.Check(Native.lb_set_num_threads(num));

    public static bool are_deterministic_algorithms_enabled() => Native.lb_deterministic() != 0;

    public static bool is_deterministic_algorithms_warn_only_enabled() => Native.lb_deterministic_warn_only() != 0;

    /// <summary>Makes operators without a deterministic algorithm fail, or warn; disposing the result goes back to how it was.</summary>
    public static IDisposable use_deterministic_algorithms(bool mode = true, bool warn_only = false)
    {
        var before = new Determinism(are_deterministic_algorithms_enabled(), is_deterministic_algorithms_warn_only_enabled());
        Native.lb_set_deterministic(mode ? 1 : 0, warn_only ? 1 : 0);
        return before;
    }

    /// <summary>NVIDIA GPUs, and AMD's with a ROCm build of libtorch.</summary>
    public static class cuda
    {
        public static bool is_available() => Native.lb_cuda_available() != 0;

        /// <summary>Waits until the device, or the current one, has done all its work.</summary>
        public static void synchronize(Device? device = null) => Native.Check(Native.lb_cuda_synchronize(device?.index ?? -1));
    }

    public static class backends
    {
        public static class cudnn
        {
            /// <summary>
            /// True to let convolutions of 32-bit tensors round their factors to TF32's 11 bits on a GPU, which libtorch allows at first.
            /// </summary>
            public static bool allow_tf32
            {
                get => Native.lb_cudnn_tf32() != 0;
                set => Native.lb_set_cudnn_tf32(value ? 1 : 0);
            }
        }
    }

    private sealed record Determinism(bool Mode, bool WarnOnly) : IDisposable
    {
        public void Dispose() => Native.lb_set_deterministic(Mode ? 1 : 0, WarnOnly ? 1 : 0);
    }
}
