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

    public static bool is_grad_enabled() => Native.lb_grad_enabled() != 0;

    private sealed class GradMode : IDisposable
    {
        private readonly bool _before = is_grad_enabled();

        internal GradMode(bool enabled) => Native.lb_set_grad_enabled(enabled ? 1 : 0);

        public void Dispose() => Native.lb_set_grad_enabled(_before ? 1 : 0);
    }
}
