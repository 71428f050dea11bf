using LoraBuild.Torch.Interop;

namespace LoraBuild.Torch;

public static partial class torch
{
    public sealed partial class Tensor
    {
        public Tensor eq(Tensor target) => Aten.eq.Call(this, target);

        public Tensor eq(Scalar target) => Aten.eq_Scalar.Call(this, target);

        public Tensor ne(Tensor target) => Aten.ne.Call(this, target);

        public Tensor ne(Scalar target) => Aten.ne_Scalar.Call(this, target);

        public Tensor gt(Tensor target) => Aten.gt.Call(this, target);

        public Tensor gt(Scalar target) => Aten.gt_Scalar.Call(this, target);

        public Tensor ge(Tensor target) => Aten.ge.Call(this, target);

        public Tensor ge(Scalar target) => Aten.ge_Scalar.Call(this, target);

        public Tensor lt(Tensor target) => Aten.lt.Call(this, target);

        public Tensor lt(Scalar target) => Aten.lt_Scalar.Call(this, target);

        public Tensor le(Tensor target) => Aten.le.Call(this, target);

        public Tensor le(Scalar target) => Aten.le_Scalar.Call(this, target);

        public Tensor logical_and(Tensor other) => Aten.logical_and.Call(this, other);

        public Tensor logical_or(Tensor other) => Aten.logical_or.Call(this, other);

        public Tensor logical_xor(Tensor other) => Aten.logical_xor.Call(this, other);

        public Tensor logical_not() => Aten.logical_not.Call(this);

        public Tensor isfinite() => Aten.isfinite.Call(this);

        public Tensor isnan() => Aten.isnan.Call(this);

        public Tensor isinf() => Aten.isinf.Call(this);

        public Tensor isclose(Tensor other, double rtol = 1e-05, double atol = 1e-08, bool nanEqual = false) =>
            Aten.isclose.Call(this, other, rtol, atol, nanEqual);

        public bool allclose(Tensor target, double rtol = 1e-05, double atol = 1e-08, bool equal_nan = false) =>
            Aten.allclose.Test(this, target, rtol, atol, equal_nan);

        /// <summary>One truth value an element, like <see cref="eq(Tensor)"/>; TorchSharp calls it so.</summary>
        public Tensor equal(Tensor target) => eq(target);

        /// <summary>Whether both have the same shape and equal elements.</summary>
        public bool Equals(Tensor target) => Aten.equal.Test(this, target);

        public override bool Equals(object? obj) => obj is Tensor target && Equals(target);

        /// <summary>By identity: a tensor's elements change.</summary>
        public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
    }
}
