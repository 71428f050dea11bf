namespace LoraBuild.Dataset.Tags;

/// <summary>In which order a tagger's tags come.</summary>
public enum TagOrder
{
    /// <summary>The order of the model's labels, general ones before characters.</summary>
    Model,

    /// <summary>The surest first; equally sure ones in the model's order.</summary>
    Score,
}
