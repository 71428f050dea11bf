using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace LoraBuild.Torch.Interop;

/// <summary>The functions of Native/lorabuild_torch.cpp, and what turns their failures into exceptions.</summary>
internal static unsafe partial class Native
{
    private const string Library = "lorabuild_torch";

    private static readonly Lazy<nint> Loaded = new(Load, LazyThreadSafetyMode.PublicationOnly);

    // A failure to load comes out of the first native call, not of a type initializer, which would hide it.
    static Native() => NativeLibrary.SetDllImportResolver(typeof(Native).Assembly, (name, _, _) => name == Library ? Loaded.Value : 0);

    private static nint Load()
    {
        var file = Path.Combine(AppContext.BaseDirectory, $"lib{Library}.so");
        if (!File.Exists(file))
            file = Path.Combine(Path.GetDirectoryName(typeof(Native).Assembly.Location) ?? "", $"lib{Library}.so");
        try
        {
            var library = NativeLibrary.Load(file);
            var initialize = (delegate* unmanaged[Cdecl]<
                delegate* unmanaged[Cdecl]<nint, void>, delegate* unmanaged[Cdecl]<nint, nint, nint*, int, byte**, nint*, int>, int>)
                NativeLibrary.GetExport(library, "lb_initialize");
            if (initialize(&FreeHandle, &CustomFunctions.Backward) < 0)
            {
                var error = (delegate* unmanaged[Cdecl]<nint>)NativeLibrary.GetExport(library, "lb_error");
                throw new DllNotFoundException(Marshal.PtrToStringUTF8(error()));
            }

            return library;
        }
        catch (DllNotFoundException e)
        {
            throw new DllNotFoundException(
                $"The tensor engine cannot be loaded ({e.Message.Trim().Split('\n')[^1]}). It was built for another libtorch than this "
                + "machine has, or that libtorch is gone. Run dotnet build -t:InstallEngines and build again, or build with "
                + "-p:LoraTensorEngine=torchsharp.", e);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void FreeHandle(nint handle) => GCHandle.FromIntPtr(handle).Free();

    /// <summary>Throws what the last native call on this thread failed with: a managed exception that crossed it, or libtorch's.</summary>
    internal static void Check(int result)
    {
        if (result < 0)
            Throw();
    }

    /// <inheritdoc cref="Check"/>
    internal static void Throw()
    {
        var handle = lb_exception();
        if (handle != 0 && GCHandle.FromIntPtr(handle).Target is ExceptionDispatchInfo info)
            info.Throw();
        throw new ExternalException(Marshal.PtrToStringUTF8(lb_error()));
    }

    [LibraryImport(Library)] internal static partial nint lb_version();
    [LibraryImport(Library)] internal static partial nint lb_error();
    [LibraryImport(Library)] internal static partial nint lb_exception();
    [LibraryImport(Library)] internal static partial void lb_free_list(nint list);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial nint lb_find(string name, string overload);
    [LibraryImport(Library)] internal static partial int lb_call(
        nint op, NativeValue* arguments, int count, NativeValue* outputs, int capacity);

    [LibraryImport(Library)] internal static partial int lb_times_start();
    [LibraryImport(Library)] internal static partial int lb_times_stop(nint* list, int* count);
    [LibraryImport(Library)] internal static partial nint lb_times_entry(nint list, int index, long* calls, long* nanoseconds);
    [LibraryImport(Library)] internal static partial void lb_times_free(nint list);

    [LibraryImport(Library)] internal static partial int lb_memory_start();
    [LibraryImport(Library)] internal static partial void lb_memory_stop();
    [LibraryImport(Library)] internal static partial long lb_memory_live();
    [LibraryImport(Library)] internal static partial long lb_memory_peak();
    [LibraryImport(Library)] internal static partial void lb_memory_reset_peak();

    [LibraryImport(Library)] internal static partial void lb_release(nint tensor);
    [LibraryImport(Library), SuppressGCTransition] internal static partial void lb_retain(nint tensor);
    [LibraryImport(Library), SuppressGCTransition] internal static partial int lb_dim(nint tensor);
    [LibraryImport(Library), SuppressGCTransition] internal static partial long lb_numel(nint tensor);
    [LibraryImport(Library), SuppressGCTransition] internal static partial long lb_storage_offset(nint tensor);
    [LibraryImport(Library), SuppressGCTransition] internal static partial int lb_is_contiguous(nint tensor);
    [LibraryImport(Library), SuppressGCTransition] internal static partial int lb_dtype(nint tensor);
    [LibraryImport(Library), SuppressGCTransition] internal static partial void lb_sizes(nint tensor, long* sizes);
    [LibraryImport(Library), SuppressGCTransition] internal static partial void lb_strides(nint tensor, long* strides);
    [LibraryImport(Library), SuppressGCTransition] internal static partial long lb_device(nint tensor);
    [LibraryImport(Library)] internal static partial nint lb_data(nint tensor);

    [LibraryImport(Library)] internal static partial int lb_requires_grad(nint tensor);
    [LibraryImport(Library)] internal static partial int lb_set_requires_grad(nint tensor, int value);
    [LibraryImport(Library)] internal static partial nint lb_grad(nint tensor);
    [LibraryImport(Library)] internal static partial int lb_set_grad(nint tensor, nint grad);
    [LibraryImport(Library)] internal static partial int lb_backward(
        nint* tensors, int count, nint* grads, int gradCount, int retainGraph, int createGraph, nint* inputs, int inputCount);
    [LibraryImport(Library), SuppressGCTransition] internal static partial int lb_grad_enabled();
    [LibraryImport(Library), SuppressGCTransition] internal static partial void lb_set_grad_enabled(int enabled);

    [LibraryImport(Library)] internal static partial int lb_node_new(nint context, nint* inputs, int count, nint* result);
    [LibraryImport(Library)] internal static partial void lb_node_release(nint node);
    [LibraryImport(Library)] internal static partial int lb_node_output(nint node, nint tensor, nint* result);
    [LibraryImport(Library)] internal static partial int lb_node_save(nint node, nint* tensors, int count, byte* isOutput);
    [LibraryImport(Library)] internal static partial int lb_node_saved(nint borrowed, nint* results, int count);
    [LibraryImport(Library)] internal static partial nint lb_node_borrow(nint node);

    [LibraryImport(Library)] internal static partial int lb_generator_default(long device, nint* result);
    [LibraryImport(Library)] internal static partial int lb_generator_new(long device, ulong seed, nint* result);
    [LibraryImport(Library)] internal static partial void lb_generator_release(nint generator);
    [LibraryImport(Library)] internal static partial int lb_manual_seed(ulong seed);

    [LibraryImport(Library)] internal static partial int lb_num_threads();
    [LibraryImport(Library)] internal static partial int lb_set_num_threads(int count);
    [LibraryImport(Library)] internal static partial int lb_cuda_available();
    [LibraryImport(Library)] internal static partial int lb_cuda_synchronize(long index);
    [LibraryImport(Library)] internal static partial int lb_cudnn_tf32();
    [LibraryImport(Library)] internal static partial void lb_set_cudnn_tf32(int allowed);
    [LibraryImport(Library)] internal static partial int lb_deterministic();
    [LibraryImport(Library)] internal static partial int lb_deterministic_warn_only();
    [LibraryImport(Library)] internal static partial void lb_set_deterministic(int enabled, int warnOnly);
}
