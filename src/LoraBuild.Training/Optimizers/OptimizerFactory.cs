using LoraBuild.Settings;
using LoraBuild.Training.Parameters;

namespace LoraBuild.Training.Optimizers;

/// <summary>Makes the optimizer that the settings name. Its class has the name of its <see cref="OptimizerType"/>.</summary>
public static class OptimizerFactory
{
    /// <summary>An optimizer over these weights, by its static method <c>Create</c>.</summary>
    public static IOptimizer Create(TrainingSettings settings, ParameterBuffer parameters)
    {
        var optimizer =
            typeof(IOptimizer).Assembly.GetType($"{typeof(IOptimizer).Namespace}.{settings.OptimizerType}", throwOnError: true)!;
        var create = optimizer.GetMethod(nameof(Create))!.CreateDelegate<Func<ParameterBuffer, KeywordArguments, IOptimizer>>();
        return create(parameters, settings.OptimizerArgs);
    }
}
