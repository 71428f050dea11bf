using LoraBuild.Torch.Interop;

namespace LoraBuild.Torch;

public static partial class torch
{
    public sealed partial class Tensor
    {
        public static Tensor operator +(Tensor left, Tensor right) => left.add(right);

        public static Tensor operator +(Tensor left, Scalar right) => left.add(right);

        public static Tensor operator +(Tensor left, int right) => left.add((Scalar)right);

        public static Tensor operator +(Tensor left, long right) => left.add((Scalar)right);

        public static Tensor operator +(Tensor left, float right) => left.add((Scalar)right);

        public static Tensor operator +(Tensor left, double right) => left.add((Scalar)right);

        public static Tensor operator +(Scalar left, Tensor right) => right.add(left);

        public static Tensor operator +(int left, Tensor right) => right.add((Scalar)left);

        public static Tensor operator +(long left, Tensor right) => right.add((Scalar)left);

        public static Tensor operator +(float left, Tensor right) => right.add((Scalar)left);

        public static Tensor operator +(double left, Tensor right) => right.add((Scalar)left);

        public static Tensor operator -(Tensor left, Tensor right) => left.sub(right);

        public static Tensor operator -(Tensor left, Scalar right) => left.sub(right);

        public static Tensor operator -(Tensor left, int right) => left.sub((Scalar)right);

        public static Tensor operator -(Tensor left, long right) => left.sub((Scalar)right);

        public static Tensor operator -(Tensor left, float right) => left.sub((Scalar)right);

        public static Tensor operator -(Tensor left, double right) => left.sub((Scalar)right);

        public static Tensor operator -(Scalar left, Tensor right) => Aten.rsub.Call(right, left);

        public static Tensor operator -(int left, Tensor right) => Aten.rsub.Call(right, (Scalar)left);

        public static Tensor operator -(long left, Tensor right) => Aten.rsub.Call(right, (Scalar)left);

        public static Tensor operator -(float left, Tensor right) => Aten.rsub.Call(right, (Scalar)left);

        public static Tensor operator -(double left, Tensor right) => Aten.rsub.Call(right, (Scalar)left);

        public static Tensor operator *(Tensor left, Tensor right) => left.mul(right);

        public static Tensor operator *(Tensor left, Scalar right) => left.mul(right);

        public static Tensor operator *(Tensor left, int right) => left.mul((Scalar)right);

        public static Tensor operator *(Tensor left, long right) => left.mul((Scalar)right);

        public static Tensor operator *(Tensor left, float right) => left.mul((Scalar)right);

        public static Tensor operator *(Tensor left, double right) => left.mul((Scalar)right);

        public static Tensor operator *(Scalar left, Tensor right) => right.mul(left);

        public static Tensor operator *(int left, Tensor right) => right.mul((Scalar)left);

        public static Tensor operator *(long left, Tensor right) => right.mul((Scalar)left);

        public static Tensor operator *(float left, Tensor right) => right.mul((Scalar)left);

        public static Tensor operator *(double left, Tensor right) => right.mul((Scalar)left);

        public static Tensor operator /(Tensor left, Tensor right) => left.div(right);

        public static Tensor operator /(Tensor left, Scalar right) => left.div(right);

        public static Tensor operator /(Tensor left, int right) => left.div((Scalar)right);

        public static Tensor operator /(Tensor left, long right) => left.div((Scalar)right);

        public static Tensor operator /(Tensor left, float right) => left.div((Scalar)right);

        public static Tensor operator /(Tensor left, double right) => left.div((Scalar)right);

        public static Tensor operator /(Scalar left, Tensor right) => right.reciprocal().mul(left);

        public static Tensor operator /(int left, Tensor right) => right.reciprocal().mul((Scalar)left);

        public static Tensor operator /(long left, Tensor right) => right.reciprocal().mul((Scalar)left);

        public static Tensor operator /(float left, Tensor right) => right.reciprocal().mul((Scalar)left);

        public static Tensor operator /(double left, Tensor right) => right.reciprocal().mul((Scalar)left);

        public static Tensor operator %(Tensor left, Tensor right) => left.remainder(right);

        public static Tensor operator %(Tensor left, Scalar right) => left.remainder(right);

        public static Tensor operator %(Tensor left, int right) => left.remainder((Scalar)right);

        public static Tensor operator %(Tensor left, long right) => left.remainder((Scalar)right);

        public static Tensor operator %(Tensor left, float right) => left.remainder((Scalar)right);

        public static Tensor operator %(Tensor left, double right) => left.remainder((Scalar)right);

        public static Tensor operator -(Tensor tensor) => tensor.neg();

        public static Tensor operator ~(Tensor left) => Aten.bitwise_not.Call(left);

        public static Tensor operator &(Tensor left, Tensor right) => Aten.bitwise_and.Call(left, right);

        public static Tensor operator |(Tensor left, Tensor right) => Aten.bitwise_or.Call(left, right);

        public static Tensor operator ^(Tensor left, Tensor right) => Aten.bitwise_xor.Call(left, right);

        public static Tensor operator ==(Tensor left, Tensor right) => left.eq(right);

        public static Tensor operator ==(Tensor left, Scalar right) => left.eq(right);

        public static Tensor operator ==(Scalar left, Tensor right) => right.eq(left);

        public static Tensor operator !=(Tensor left, Tensor right) => left.ne(right);

        public static Tensor operator !=(Tensor left, Scalar right) => left.ne(right);

        public static Tensor operator !=(Scalar left, Tensor right) => right.ne(left);

        public static Tensor operator <(Tensor left, Tensor right) => left.lt(right);

        public static Tensor operator <(Tensor left, Scalar right) => left.lt(right);

        public static Tensor operator <(Scalar left, Tensor right) => right.gt(left);

        public static Tensor operator <=(Tensor left, Tensor right) => left.le(right);

        public static Tensor operator <=(Tensor left, Scalar right) => left.le(right);

        public static Tensor operator <=(Scalar left, Tensor right) => right.ge(left);

        public static Tensor operator >(Tensor left, Tensor right) => left.gt(right);

        public static Tensor operator >(Tensor left, Scalar right) => left.gt(right);

        public static Tensor operator >(Scalar left, Tensor right) => right.lt(left);

        public static Tensor operator >=(Tensor left, Tensor right) => left.ge(right);

        public static Tensor operator >=(Tensor left, Scalar right) => left.ge(right);

        public static Tensor operator >=(Scalar left, Tensor right) => right.le(left);

        public static implicit operator Tensor(byte value) => tensor(value);

        public static implicit operator Tensor(sbyte value) => tensor(value);

        public static implicit operator Tensor(short value) => tensor(value);

        public static implicit operator Tensor(int value) => tensor(value);

        public static implicit operator Tensor(long value) => tensor(value);

        public static implicit operator Tensor(float value) => tensor(value);

        public static implicit operator Tensor(double value) => tensor(value);

        public static implicit operator Tensor(bool value) => tensor(value);

        public static implicit operator Tensor(Scalar scalar) => full([], scalar, scalar.Type);

        public static explicit operator float(Tensor value) => value.ToScalar().ToSingle();

        public static explicit operator double(Tensor value) => value.ToScalar().ToDouble();

        public static explicit operator sbyte(Tensor value) => value.ToScalar().ToSByte();

        public static explicit operator byte(Tensor value) => value.ToScalar().ToByte();

        public static explicit operator short(Tensor value) => value.ToScalar().ToInt16();

        public static explicit operator int(Tensor value) => value.ToScalar().ToInt32();

        public static explicit operator long(Tensor value) => value.ToScalar().ToInt64();

        public static explicit operator bool(Tensor value) => value.ToScalar().ToBoolean();
    }
}
