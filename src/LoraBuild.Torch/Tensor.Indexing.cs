using LoraBuild.Torch.Interop;

namespace LoraBuild.Torch;

public static partial class torch
{
    public sealed partial class Tensor
    {
        public Tensor this[params TensorIndex[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        public Tensor this[params Tensor[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        public Tensor this[params long[] indices]
        {
            get => index(Array.ConvertAll(indices, index => (TensorIndex)index));
            set => index_put_(value, Array.ConvertAll(indices, index => (TensorIndex)index));
        }

        /// <summary>A view where only numbers, slices, ellipsis and None index; a copy where a tensor does.</summary>
        public Tensor index(params TensorIndex[] indices)
        {
            var (view, tensors) = Resolve(indices);
            return tensors is null ? view : Aten.index.Call(view, Value.Optional(tensors));
        }

        public Tensor index(params Tensor[] indices) => Aten.index.Call(this, Value.Optional(indices));

        public Tensor index_put_(Tensor value, params TensorIndex[] indices) => index_put_(value, indices, accumulate: false);

        public Tensor index_put_(Tensor value, TensorIndex[] indices, bool accumulate = false)
        {
            var (view, tensors) = Resolve(indices);
            if (tensors is not null)
                Aten.index_put_.InPlace(view, Value.Optional(tensors), value, accumulate);
            else if (accumulate)
                view.add_(value);
            else
                view.copy_(value);
            return this;
        }

        public Tensor index_put_(Tensor value, params Tensor[] indices) => index_put_(value, indices, accumulate: false);

        public Tensor index_put_(Tensor value, Tensor[] indices, bool accumulate = false) =>
            Aten.index_put_.InPlace(this, Value.Optional(indices), value, accumulate);

        public Tensor index_put_(Scalar value, params TensorIndex[] indices) => index_put_(full([], value, dtype, device), indices);

        public Tensor index_select(long dim, Tensor index) => Aten.index_select.Call(this, dim, index);

        public Tensor index_add(long dim, Tensor index, Tensor source, Scalar alpha) =>
            Aten.index_add.Call(this, dim, index, source, alpha);

        public Tensor index_add_(long dim, Tensor index, Tensor source, Scalar alpha) =>
            Aten.index_add_.InPlace(this, dim, index, source, alpha);

        public Tensor index_copy_(long dim, Tensor index, Tensor source) => Aten.index_copy_.InPlace(this, dim, index, source);

        public Tensor index_fill_(long dim, Tensor index, Scalar value) => Aten.index_fill_.InPlace(this, dim, index, value);

        public Tensor gather(long dim, Tensor index) => Aten.gather.Call(this, dim, index);

        public Tensor scatter(long dim, Tensor index, Tensor src) => Aten.scatter.Call(this, dim, index, src);

        public Tensor scatter_(long dim, Tensor index, Tensor src) => Aten.scatter_.InPlace(this, dim, index, src);

        public Tensor scatter_add(long dim, Tensor index, Tensor src) => Aten.scatter_add.Call(this, dim, index, src);

        public Tensor scatter_add_(long dim, Tensor index, Tensor src) => Aten.scatter_add_.InPlace(this, dim, index, src);

        public Tensor take(Tensor index) => Aten.take.Call(this, index);

        public Tensor take_along_dim(Tensor indices, long dim) => Aten.take_along_dim.Call(this, indices, dim);

        public Tensor masked_fill(Tensor mask, Scalar value) => Aten.masked_fill.Call(this, mask, value);

        public Tensor masked_fill_(Tensor mask, Scalar value) => Aten.masked_fill_.InPlace(this, mask, value);

        public Tensor masked_select(Tensor mask) => Aten.masked_select.Call(this, mask);

        /// <summary>Elements of this tensor where the condition holds, else of <paramref name="y"/>.</summary>
        public Tensor where(Tensor condition, Tensor y) => Aten.where.Call(condition, this, y);

        /// <summary>The view that all indices but tensors make, and the tensors at its dimensions (null: the whole dimension).</summary>
        private (Tensor View, Tensor?[]? Tensors) Resolve(TensorIndex[] indices)
        {
            var used = indices.Count(index => index.UsesDimension);
            var view = alias();
            var dim = 0;
            SortedDictionary<int, Tensor>? tensors = null;
            foreach (var index in indices)
            {
                var before = view;
                switch (index.Kind)
                {
                    case TensorIndexKind.Ellipsis:
                        dim += (int)ndim - used;
                        break;
                    case TensorIndexKind.None:
                        view = view.unsqueeze(dim++);
                        break;
                    case TensorIndexKind.Bool:
                        view = view.unsqueeze(dim);
                        (tensors ??= [])[dim++] = tensor(new[] { index.Truth }, device: device);
                        break;
                    case TensorIndexKind.Single:
                        view = view.select(dim, index.Start!.Value);
                        break;
                    case TensorIndexKind.Slice:
                        view = Aten.slice.Call(view, dim++, index.Start, index.Stop, index.Step ?? 1);
                        break;
                    case TensorIndexKind.Tensor:
                        (tensors ??= [])[dim] = index.Index!;
                        dim += Spans(index.Index!);
                        break;
                }
                if (!ReferenceEquals(view, before))
                    before.Dispose();
            }
            if (tensors is null)
                return (view, null);
            var list = new List<Tensor?>();
            foreach (var (at, index) in tensors)
            {
                while (list.Sum(item => item is null ? 1 : Spans(item)) < at)
                    list.Add(null);
                list.Add(index);
            }
            return (view, [.. list]);

            // A mask indexes all its dimensions at once, numbers only one.
            static int Spans(Tensor index) => index.dtype == ScalarType.Bool ? (int)index.ndim : 1;
        }
    }
}
