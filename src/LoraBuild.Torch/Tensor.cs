using LoraBuild.Torch.Interop;

namespace LoraBuild.Torch;

public static partial class torch
{
    /// <summary>
    /// An array of numbers on a device. It owns one reference to libtorch's tensor, given up by <see cref="Dispose"/>, by the dispose
    /// scope that the tensor belongs to, or by the finalizer.
    /// </summary>
    public sealed partial class Tensor : IDisposable
    {
        private static long _totalCount;

        private nint _handle;

        /// <summary>Takes over a reference; zero makes an invalid tensor, as an unused gradient is one.</summary>
        internal Tensor(nint handle)
        {
            _handle = handle;
            if (handle == 0)
            {
                GC.SuppressFinalize(this);
                return;
            }
            Interlocked.Increment(ref _totalCount);
            DisposeScopeManager.ThreadSingleton.CurrentDisposeScope?.Register(this);
        }

        ~Tensor() => Release();

        /// <summary>Tensors that have not been disposed, of all threads.</summary>
        public static long TotalCount => Interlocked.Read(ref _totalCount);

        /// <summary>The native tensor.</summary>
        /// <exception cref="InvalidOperationException">The tensor is invalid or has been disposed.</exception>
        public nint Handle => _handle != 0 ? _handle : throw new InvalidOperationException("Tensor invalid -- empty handle.");

        public bool IsInvalid => _handle == 0;

        internal DisposeScope? OwningDisposeScope { get; set; }

        /// <summary>Its place in that scope.</summary>
        internal int PlaceInScope { get; set; }

        public long Dimensions => Read(Native.lb_dim(Handle));

        public long ndim => Dimensions;

        public long NumberOfElements => Read(Native.lb_numel(Handle));

        /// <summary>Bytes of an element.</summary>
        public long ElementSize => dtype.ElementSize();

        public ScalarType dtype => (ScalarType)Read(Native.lb_dtype(Handle));

        public Device device
        {
            get
            {
                var bits = Read(Native.lb_device(Handle));
                return new Device((DeviceType)(bits >> 32), (int)bits);
            }
        }

        public DeviceType device_type => (DeviceType)(Read(Native.lb_device(Handle)) >> 32);

        public unsafe long[] shape
        {
            get
            {
                var sizes = new long[Dimensions];
                fixed (long* target = sizes)
                    Native.lb_sizes(Handle, target);
                GC.KeepAlive(this);
                return sizes;
            }
        }

        public long dim() => Dimensions;

        public long numel() => NumberOfElements;

        public long element_size() => ElementSize;

        /// <summary>Elements, not bytes, from one index to the next in each dimension.</summary>
        public unsafe long[] stride()
        {
            var strides = new long[Dimensions];
            fixed (long* target = strides)
                Native.lb_strides(Handle, target);
            GC.KeepAlive(this);
            return strides;
        }

        public long storage_offset() => Read(Native.lb_storage_offset(Handle));

        public bool is_contiguous() => Read(Native.lb_is_contiguous(Handle)) != 0;

        public bool is_cpu() => device_type == DeviceType.CPU;

        public bool is_floating_point() => torch.is_floating_point(dtype);

        public Tensor MoveToOuterDisposeScope()
        {
            OwningDisposeScope?.MoveToOuter(this);
            return this;
        }

        public Tensor DetachFromDisposeScope()
        {
            OwningDisposeScope?.Detach(this);
            return this;
        }

        public void Dispose()
        {
            OwningDisposeScope?.MarkAsDisposed(this);
            Release();
            GC.SuppressFinalize(this);
        }

        public override string ToString() =>
            IsInvalid ? "[invalid]" : $"[{string.Join("x", shape)}], type = {dtype}, device = {device}";

        private void Release()
        {
            var handle = Interlocked.Exchange(ref _handle, 0);
            if (handle == 0)
                return;
            Interlocked.Decrement(ref _totalCount);
            Native.lb_release(handle);
        }

        /// <summary>Passes on what a native call has read from this tensor, which so has been alive during the call.</summary>
        private T Read<T>(T value)
        {
            GC.KeepAlive(this);
            return value;
        }
    }
}
