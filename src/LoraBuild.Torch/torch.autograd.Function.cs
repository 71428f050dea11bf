namespace LoraBuild.Torch;

public static partial class torch
{
    public static partial class autograd
    {
        /// <summary>The tensors and data that a custom function keeps from its forward to its backward pass.</summary>
        public sealed class AutogradContext
        {
            private readonly Dictionary<string, object?> _data = [];
            private Func<List<Tensor?>>? _unpack;

            internal AutogradContext()
            {
            }

            internal List<Tensor?> ToSave { get; set; } = [];

            /// <summary>True (the default) to give missing gradients of outputs to backward as zeros; false: as invalid tensors.</summary>
            public bool MaterializeGrads { get; private set; } = true;

            /// <summary>Keeps inputs or outputs for backward, with a check that nothing changes them in place until then.</summary>
            public void save_for_backward(List<Tensor> tensors) => ToSave = [.. tensors];

            /// <summary>Keeps anything else. A result of the function kept this way would keep its own graph alive for ever.</summary>
            public void save_data(string key, object? value) => _data[key] = value;

            /// <summary>The object that <see cref="save_data"/> kept under that key; null where there is none.</summary>
            public object get_data(string key) => _data.GetValueOrDefault(key)!;

            public void set_materialize_grads(bool value) => MaterializeGrads = value;

            /// <summary>The tensors that <see cref="save_for_backward"/> was given; only during backward.</summary>
            public List<Tensor> get_saved_variables() =>
                (_unpack ?? throw new InvalidOperationException("Saved tensors can be had only during backward."))()!;

            /// <summary>Lets backward read the saved tensors until the result is disposed.</summary>
            internal IDisposable Open(Func<List<Tensor?>> unpack)
            {
                var before = _unpack;
                _unpack = unpack;
                return new Closing(() => _unpack = before);
            }

            private sealed class Closing(Action close) : IDisposable
            {
                public void Dispose() => close();
            }
        }

        /// <summary>A function with one output and a backward pass of its own; derive from it.</summary>
        public abstract class SingleTensorFunction<T> where T : SingleTensorFunction<T>, new()
        {
            private static readonly T Instance = new();

            /// <summary>The function's name in messages.</summary>
            public abstract string Name { get; }

            /// <summary>
            /// Runs forward without recording it, and puts one node with this function's backward into the graph. Tensors among
            /// <paramref name="vars"/> are its inputs.
            /// </summary>
            public static Tensor apply(params object?[] vars)
            {
                var isTensor = Array.ConvertAll(vars, value => value is Tensor { IsInvalid: false });
                var inputs = vars.Where((_, i) => isTensor[i]).Cast<Tensor>().ToArray();
                var context = new AutogradContext();
                Tensor output;
                using (no_grad())
                    output = Instance.forward(context, vars!);

                if (is_grad_enabled() && inputs.Any(input => input.requires_grad))
                    return new FunctionNode(Instance.Name, Instance.backward, context, isTensor).Attach(inputs, output);
                return inputs.Any(input => ReferenceEquals(input, output)) ? output.detach() : output;
            }

            public abstract Tensor forward(AutogradContext ctx, params object[] vars);

            /// <summary>
            /// One gradient, or null, for each argument of forward. Tensors made here are disposed when it returns, but those returned;
            /// detach others that are to live on.
            /// </summary>
            public abstract List<Tensor> backward(AutogradContext ctx, Tensor grad_output);
        }
    }
}
