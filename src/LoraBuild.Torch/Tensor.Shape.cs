using LoraBuild.Torch.Interop;

namespace LoraBuild.Torch;

public static partial class torch
{
    public sealed partial class Tensor
    {
        public Tensor view(params long[] shape) => Aten.view.Call(this, shape);

        public Tensor view_as(Tensor other) => view(other.shape);

        public Tensor reshape(params long[] shape) => Aten.reshape.Call(this, shape);

        public Tensor flatten(long start_dim = 0, long end_dim = -1) => Aten.flatten.Call(this, start_dim, end_dim);

        public Tensor unflatten(long dim, params long[] sizes)
        {
            var before = shape;
            var at = (int)(dim < 0 ? dim + before.Length : dim);
            return view([.. before[..at], .. sizes, .. before[(at + 1)..]]);
        }

        public Tensor permute(params long[] permutation) => Aten.permute.Call(this, permutation);

        public Tensor transpose(long dim0, long dim1) => Aten.transpose.Call(this, dim0, dim1);

        public Tensor transpose_(long dim0, long dim1) => Aten.transpose_.InPlace(this, dim0, dim1);

        public Tensor swapaxes(long dim0, long dim1) => transpose(dim0, dim1);

        public Tensor swapdims(long dim0, long dim1) => transpose(dim0, dim1);

        public Tensor t() => Aten.t.Call(this);

        public Tensor T => Aten.numpy_T.Call(this);

        public Tensor mT => transpose(-2, -1);

        public Tensor movedim(long[] source, long[] destination) => Aten.movedim.Call(this, source, destination);

        public Tensor unsqueeze(long dim) => Aten.unsqueeze.Call(this, dim);

        public Tensor unsqueeze_(long dim) => Aten.unsqueeze_.InPlace(this, dim);

        public Tensor squeeze(long? dim = null) => dim is { } one ? Aten.squeeze_dim.Call(this, one) : Aten.squeeze.Call(this);

        public Tensor squeeze_(long? dim = null) => dim is { } one ? Aten.squeeze__dim.InPlace(this, one) : Aten.squeeze_.InPlace(this);

        public Tensor expand(params long[] sizes) => Aten.expand.Call(this, sizes);

        public Tensor expand(long[] sizes, bool isImplicit = false) => Aten.expand.Call(this, sizes, isImplicit);

        public Tensor expand_as(Tensor other) => expand(other.shape);

        public Tensor broadcast_to(params long[] shape) => Aten.broadcast_to.Call(this, shape);

        public Tensor repeat(params long[] sizes) => Aten.repeat.Call(this, sizes);

        public Tensor repeat_interleave(long repeats, long? dim = null, long? output_size = null) =>
            Aten.repeat_interleave_int.Call(this, repeats, dim, output_size);

        public Tensor repeat_interleave(Tensor repeats, long? dim = null, long? output_size = null) =>
            Aten.repeat_interleave.Call(this, repeats, dim, output_size);

        public Tensor tile(long[] reps) => Aten.tile.Call(this, reps);

        public Tensor flip(params long[] dims) => Aten.flip.Call(this, dims);

        public Tensor roll(long shifts, long? dims = null) => roll([shifts], dims is { } dim ? [dim] : []);

        public Tensor roll(long[] shifts, long[] dims) => Aten.roll.Call(this, shifts, dims);

        public Tensor[] chunk(long chunks, long dim = 0) => Aten.chunk.List(this, chunks, dim);

        /// <summary>Parts of <paramref name="size"/> along a dimension, the last one maybe smaller.</summary>
        public Tensor[] split(long size, int dim = 0) => Aten.split.List(this, size, (long)dim);

        /// <summary>Parts of these sizes along a dimension.</summary>
        public Tensor[] split(long[] sizes, long dim = 0) => Aten.split_with_sizes.List(this, sizes, dim);

        public Tensor[] unbind(long dimension = 0) => Aten.unbind.List(this, dimension);

        public Tensor narrow(long dim, long start, long length) => Aten.narrow.Call(this, dim, start, length);

        public Tensor slice(long dim, long start, long finish, long step) => Aten.slice.Call(this, dim, start, finish, step);

        public Tensor select(long dim, long index) => Aten.select.Call(this, dim, index);

        public Tensor diagonal(long offset = 0, long dim1 = 0, long dim2 = 1) => Aten.diagonal.Call(this, offset, dim1, dim2);

        public Tensor diag(long diagonal = 0) => Aten.diag.Call(this, diagonal);

        public Tensor tril(long diagonal = 0) => Aten.tril.Call(this, diagonal);

        public Tensor triu(long diagonal = 0) => Aten.triu.Call(this, diagonal);

        public Tensor as_strided(long[] size, long[] strides, long storageOffset = 0) =>
            Aten.as_strided.Call(this, size, strides, storageOffset);

        /// <summary>Windows of <paramref name="size"/> along a dimension, as a view with one more dimension at the end.</summary>
        public Tensor unfold(long dimension, long size, long step) => Aten.unfold.Call(this, dimension, size, step);

        public Tensor contiguous() => Aten.contiguous.Call(this);

        public Tensor clone() => Aten.clone.Call(this);

        public Tensor alias() => Aten.alias.Call(this);
    }
}
