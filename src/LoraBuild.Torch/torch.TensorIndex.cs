namespace LoraBuild.Torch;

public static partial class torch
{
    /// <summary>One index of <c>tensor[...]</c>: a number, a slice, an ellipsis, a new dimension, a mask or a tensor of numbers.</summary>
    public readonly struct TensorIndex
    {
        /// <summary>All dimensions that no other index names.</summary>
        public static readonly TensorIndex Ellipsis = new(TensorIndexKind.Ellipsis);

        /// <summary>A new dimension of size 1.</summary>
        public static readonly TensorIndex None = new(TensorIndexKind.None);

        /// <inheritdoc cref="None"/>
        public static readonly TensorIndex Null = None;

        /// <summary>The whole dimension.</summary>
        public static readonly TensorIndex Colon = Slice();

        private TensorIndex(
            TensorIndexKind kind, long? start = null, long? stop = null, long? step = null, bool truth = false,
            torch.Tensor? index = null) =>
            (Kind, Start, Stop, Step, Truth, Index) = (kind, start, stop, step, truth, index);

        internal TensorIndexKind Kind { get; }

        internal long? Start { get; }

        internal long? Stop { get; }

        internal long? Step { get; }

        internal bool Truth { get; }

        internal torch.Tensor? Index { get; }

        /// <summary>Whether it stands for a dimension of the indexed tensor.</summary>
        internal bool UsesDimension => Kind is TensorIndexKind.Slice or TensorIndexKind.Single or TensorIndexKind.Tensor;

        public static implicit operator TensorIndex(long value) => Single(value);

        public static implicit operator TensorIndex((int? start, int? end) range) => Slice(range.start, range.end);

        public static implicit operator TensorIndex(Range range) => Slice(range);

        public static implicit operator TensorIndex(Index index) => Single(index.IsFromEnd ? -index.Value : index.Value);

        public static TensorIndex Single(long? index) => new(TensorIndexKind.Single, index);

        public static TensorIndex Bool(bool value) => new(TensorIndexKind.Bool, truth: value);

        public static TensorIndex Tensor(torch.Tensor tensor) => new(TensorIndexKind.Tensor, index: tensor);

        public static TensorIndex Slice(long? start = null, long? stop = null, long? step = null) =>
            new(TensorIndexKind.Slice, start, stop, step);

        public static TensorIndex Slice((int? start, int? end) range) => Slice(range.start, range.end);

        public static TensorIndex Slice(Range range) =>
            Slice(
                range.Start.IsFromEnd ? -range.Start.Value : range.Start.Value,
                !range.End.IsFromEnd ? range.End.Value : range.End.Value == 0 ? null : -range.End.Value);
    }
}
