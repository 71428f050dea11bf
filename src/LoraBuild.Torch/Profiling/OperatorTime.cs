namespace LoraBuild.Torch.Profiling;

/// <summary>The time of all calls of one operator.</summary>
/// <param name="Name">The operator, as <c>aten::mm</c>.</param>
/// <param name="Calls">The number of calls by managed code or by the autograd engine, but not by another operator.</param>
/// <param name="Time">The time within these calls, which holds that of the operators that they call.</param>
public readonly record struct OperatorTime(string Name, long Calls, TimeSpan Time);
