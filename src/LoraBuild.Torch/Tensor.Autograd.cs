using LoraBuild.Torch.Interop;

namespace LoraBuild.Torch;

public static partial class torch
{
    public sealed partial class Tensor
    {
        public bool requires_grad
        {
            get => Read(Native.lb_requires_grad(Handle)) != 0;
            set => Native.Check(Read(Native.lb_set_requires_grad(Handle, value ? 1 : 0)));
        }

        /// <summary>
        /// The gradient that backward passes have added up, or null. One that was set is added to in place, also when it is a view into
        /// a larger buffer.
        /// </summary>
        public Tensor? grad
        {
            get
            {
                var gradient = Read(Native.lb_grad(Handle));
                return gradient == 0 ? null : new Tensor(gradient);
            }
            set
            {
                Native.Check(Read(Native.lb_set_grad(Handle, value?.Handle ?? 0)));
                GC.KeepAlive(value);
            }
        }

        public Tensor requires_grad_(bool requires_grad = true)
        {
            this.requires_grad = requires_grad;
            return this;
        }

        public void backward() => autograd.backward([this]);

        public Tensor detach() => Aten.detach.Call(this);
    }
}
