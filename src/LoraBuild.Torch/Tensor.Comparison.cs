namespace LoraBuild.Torch;

public static partial class torch
{
    public sealed partial class Tensor
    {
        public Tensor eq(Tensor target) => Aten.eq.Call(this, target);

        public Tensor eq(Scalar target) => Aten.eq_Scalar.Call(this, target);

        public Tensor gt(Scalar target) => Aten.gt_Scalar.Call(this, target);

        public Tensor logical_or(Tensor other) => Aten.logical_or.Call(this, other);

        public Tensor logical_not() => Aten.logical_not.Call(this);

        public Tensor isfinite() => Aten.isfinite.Call(this);

        /// <summary>One truth value an element, like <see cref="eq(Tensor)"/>; TorchSharp calls it so.</summary>
        public Tensor equal(Tensor target) => eq(target);

        /// <summary>True if both have the same shape and equal elements.</summary>
        public bool Equals(Tensor target) => Aten.equal.Test(this, target);

        public override bool Equals(object? obj) => obj is Tensor target && Equals(target);

        /// <summary>By identity: a tensor's elements change.</summary>
        public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
    }
}
