using System.Runtime.InteropServices;

namespace LoraBuild.Torch;

/// <summary>The needs of TorchSharp's native library on a machine.</summary>
public static class NativeLibraries
{
    /// <summary>Checks it, because TorchSharp says only that a package is missing.</summary>
    /// <exception cref="DllNotFoundException">The machine's C++ library is too old.</exception>
    public static void Check()
    {
        // Called by all that GCC 13 and later compile.
        const string initialization = "_ZSt21ios_base_library_initv";
        if (OperatingSystem.IsLinux()
            && NativeLibrary.TryLoad("libstdc++.so.6", out var library)
            && !NativeLibrary.TryGetExport(library, initialization, out _))
        {
            throw new DllNotFoundException(
                "TorchSharp needs the C++ library of GCC 13 or later (Debian 13, Ubuntu 24.04); -p:LoraTensorEngine=libtorch does without "
                + "it.");
        }
    }
}
