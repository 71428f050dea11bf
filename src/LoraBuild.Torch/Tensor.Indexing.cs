namespace LoraBuild.Torch;

public static partial class torch
{
    public sealed partial class Tensor
    {
        /// <summary>The part at one index a dimension, from the first dimension on; a negative index counts from the end. A view.</summary>
        public Tensor this[params long[] indices]
        {
            get
            {
                var view = this;
                foreach (var index in indices)
                {
                    var part = view.select(0, index);
                    if (!ReferenceEquals(view, this))
                        view.Dispose();
                    view = part;
                }

                return view;
            }
        }

        public Tensor index_select(long dim, Tensor index) => Aten.index_select.Call(this, dim, index);

        public Tensor index_copy_(long dim, Tensor index, Tensor source) => Aten.index_copy_.InPlace(this, dim, index, source);

        public Tensor masked_fill_(Tensor mask, Scalar value) => Aten.masked_fill_.InPlace(this, mask, value);
    }
}
