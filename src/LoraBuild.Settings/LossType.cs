namespace LoraBuild.Settings;

/// <summary>sd-scripts' <c>loss_type</c>: how far a prediction is from its target.</summary>
public enum LossType
{
    /// <summary><c>l2</c>: the squared difference.</summary>
    L2,

    /// <summary><c>l1</c>: the absolute difference.</summary>
    L1,

    /// <summary><c>huber</c>: about squared below a threshold c and linear above, 2c (sqrt(d^2 + c^2) - c).</summary>
    Huber,

    /// <summary><c>smooth_l1</c>: the same without the factor c.</summary>
    SmoothL1,
}
