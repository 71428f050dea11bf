using LoraBuild.Torch.Interop;

namespace LoraBuild.Torch;

public static partial class torch
{
    /// <summary>Gradients, and functions with a backward pass of one's own.</summary>
    public static partial class autograd
    {
        /// <summary>
        /// Adds the gradients of <paramref name="tensors"/> to the <see cref="Tensor.grad"/> of the leaves, or of <paramref name="inputs"/>
        /// only. An exception thrown by a custom function's backward comes out as it is.
        /// </summary>
        public static unsafe void backward(
            IList<Tensor> tensors, IList<Tensor>? grad_tensors = null, bool? retain_graph = null, bool create_graph = false,
            IList<Tensor>? inputs = null)
        {
            var (roots, grads, leaves) = (Handles(tensors), Handles(grad_tensors), Handles(inputs));
            int result;
            fixed (nint* t = roots, g = grads, i = leaves)
            {
                result = Native.lb_backward(
                    t, roots.Length, g, grads.Length, retain_graph ?? create_graph ? 1 : 0, create_graph ? 1 : 0, i, leaves.Length);
            }
            GC.KeepAlive((tensors, grad_tensors, inputs));
            Native.Check(result);
        }

        public static void backward(
            Tensor tensor, IList<Tensor>? grad_tensors = null, bool? retain_graph = null, bool create_graph = false,
            IList<Tensor>? inputs = null) => backward([tensor], grad_tensors, retain_graph, create_graph, inputs);

        public static void backward(
            Tensor tensor, Tensor grad_tensor, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null) =>
            backward([tensor], [grad_tensor], retain_graph, create_graph, inputs);

        /// <summary>
        /// The gradients of <paramref name="outputs"/> with respect to <paramref name="inputs"/>. An unused input, where
        /// <paramref name="allow_unused"/> lets it pass, gives an invalid tensor (<see cref="Tensor.IsInvalid"/>).
        /// </summary>
        public static unsafe IList<Tensor> grad(
            IList<Tensor> outputs, IList<Tensor> inputs, IList<Tensor>? grad_outputs = null, bool retain_graph = false,
            bool create_graph = false, bool allow_unused = false)
        {
            var (roots, leaves, grads) = (Handles(outputs), Handles(inputs), Handles(grad_outputs));
            var results = new nint[leaves.Length];
            int result;
            fixed (nint* o = roots, i = leaves, g = grads, r = results)
            {
                result = Native.lb_autograd_grad(
                    o, roots.Length, i, leaves.Length, g, grads.Length, retain_graph || create_graph ? 1 : 0, create_graph ? 1 : 0,
                    allow_unused ? 1 : 0, r);
            }
            GC.KeepAlive((outputs, inputs, grad_outputs));
            Native.Check(result);
            return Array.ConvertAll(results, handle => new Tensor(handle));
        }

        internal static nint[] Handles(IList<Tensor>? tensors)
        {
            var handles = new nint[tensors?.Count ?? 0];
            for (var i = 0; i < handles.Length; i++)
                handles[i] = tensors![i].Handle;
            return handles;
        }
    }

    public static IDisposable no_grad() => new GradMode(false);

    public static IDisposable enable_grad(bool enabled = true) => new GradMode(enabled);

    public static IDisposable set_grad_enabled(bool mode = true) => new GradMode(mode);

    public static bool is_grad_enabled() => Native.lb_grad_enabled() != 0;

    /// <summary>Until disposed, on this thread: like <see cref="no_grad"/>, and what is made can never take part in autograd.</summary>
    public static IDisposable inference_mode(bool mode = true) => new InferenceMode(mode);

    public static bool is_inference_mode_enabled() => Native.lb_inference_enabled() != 0;

    private sealed class GradMode : IDisposable
    {
        private readonly bool _before = is_grad_enabled();

        internal GradMode(bool enabled) => Native.lb_set_grad_enabled(enabled ? 1 : 0);

        public void Dispose() => Native.lb_set_grad_enabled(_before ? 1 : 0);
    }

    private sealed class InferenceMode(bool enabled) : IDisposable
    {
        private nint _guard = Native.lb_inference_enter(enabled ? 1 : 0);

        public void Dispose()
        {
            if (_guard != 0)
                Native.lb_inference_leave(_guard);
            _guard = 0;
        }
    }
}
