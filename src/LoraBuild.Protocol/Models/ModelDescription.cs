using System.Text.Json;
using LoraBuild.Base.Geometry;

namespace LoraBuild.Protocol.Models;

/// <summary>A base model as its files tell it, without being loaded: for those who write about it.</summary>
/// <param name="Family">Its family and version, such as "Stable Diffusion 1.x".</param>
/// <param name="Resolution">The resolution to train with where an author says nothing.</param>
/// <param name="PredictsVelocity">True for velocities, false for noise; null where the files do not say.</param>
/// <param name="HasZeroTerminalSnr">True if the files say that it was trained with <c>zero_terminal_snr</c>.</param>
/// <param name="SdScripts">The way in which sd-scripts trains on it.</param>
/// <param name="Drawing">The way in which it is usually drawn with.</param>
public sealed record ModelDescription(
    string Family, PixelSize Resolution, bool? PredictsVelocity, bool HasZeroTerminalSnr, SdScriptsUse SdScripts, DrawingAdvice Drawing)
{
    private const string Fact = "model";

    /// <summary>The description as a step's facts.</summary>
    public IReadOnlyDictionary<string, string> ToFacts() => new Dictionary<string, string> { [Fact] = JsonSerializer.Serialize(this) };

    /// <summary>Reads what <see cref="ToFacts"/> wrote.</summary>
    public static ModelDescription OfFacts(IReadOnlyDictionary<string, string> facts) =>
        JsonSerializer.Deserialize<ModelDescription>(facts[Fact])!;
}

/// <summary>The way in which sd-scripts trains on a model.</summary>
/// <param name="Script">Its script.</param>
/// <param name="BucketUnit">The sides of its buckets must be multiples of it, in pixels.</param>
/// <param name="Flags">Options that it must be told, each true.</param>
public sealed record SdScriptsUse(string Script, int BucketUnit, IReadOnlyList<string> Flags)
{
    /// <summary>sd-scripts' script for Stable Diffusion 1.x and 2.x.</summary>
    public static SdScriptsUse OfStableDiffusion { get; } = new("train_network.py", 64, []);
}

/// <summary>The usual settings of a user interface for a model, as its makers recommend them.</summary>
/// <param name="Size">The size of pictures: of others, those of about its area.</param>
/// <param name="Sampler">The samplers.</param>
/// <param name="Steps">The number of steps.</param>
/// <param name="Guidance">The scale of classifier-free guidance.</param>
public sealed record DrawingAdvice(string Size, string Sampler, string Steps, string Guidance);
