namespace LoraBuild.Settings;

/// <summary>Which settings of the adapters do not go together.</summary>
internal static class AdapterContradictions
{
    /// <summary>A message for each, with what to do.</summary>
    public static IEnumerable<string> Of(TrainingSettings settings)
    {
        if (settings.Algo == AdapterAlgorithm.Lora)
        {
            foreach (var (name, isSet) in new[]
            {
                ("LoraDoraWd", settings.DoraWd), ("LoraUseTucker", settings.UseTucker), ("LoraUseScalar", settings.UseScalar), ("LoraRsLora", settings.RsLora),
            })
            {
                if (isSet)
                    yield return $"{name} is LyCORIS', but LoraAlgo is lora, which is sd-scripts' own. Set LoraAlgo to locon, or take {name} away.";
            }
        }

        if (settings.Algo != AdapterAlgorithm.LoKr)
        {
            foreach (var (name, isSet) in new[]
            {
                ("LoraFactor", settings.Factor != -1), ("LoraDecomposeBoth", settings.DecomposeBoth), ("LoraFullMatrix", settings.FullMatrix),
                ("LoraUnbalancedFactorization", settings.UnbalancedFactorization),
            })
            {
                if (isSet)
                    yield return $"{name} counts for LoraAlgo lokr only. Set LoraAlgo to lokr, or take {name} away.";
            }
        }

        if (settings.DoraWd && settings.NetworkDropout > 0)
            yield return "LoraNetworkDropout does not go with LoraDoraWd, which changes the weight as a whole. Take LoraRankDropout or LoraModuleDropout.";
        if (settings.DimFromWeights && settings.NetworkWeights is null)
            yield return "LoraDimFromWeights needs LoraNetworkWeights, the LoRA file to take them from.";
    }
}
