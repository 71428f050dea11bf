using System.Globalization;
using System.Text.Json.Serialization;
using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Dataset.Pictures;

/// <summary>The size of a normalized picture, and what it looks like.</summary>
/// <param name="Id">The picture's id.</param>
/// <param name="Width">In pixels.</param>
/// <param name="Height">In pixels.</param>
/// <param name="Hash">The <see cref="PerceptualHash"/>: 16 hexadecimal digits.</param>
public sealed record PictureFacts(string Id, int Width, int Height, string Hash)
{
    private const string WidthFact = "width", HeightFact = "height", HashFact = "perceptual hash", LearntFact = "learnt", Nothing =
        "nothing", All = "all";

    /// <summary>True if a mask or its own transparency leaves nothing of it to learn.</summary>
    [JsonIgnore]
    public bool LearnsNothing { get; init; }

    /// <summary>True if a mask or its own transparency was asked for, and leaves all of it to learn.</summary>
    [JsonIgnore]
    public bool LearnsAll { get; init; }

    /// <summary>Width times height.</summary>
    [JsonIgnore]
    public long Pixels => (long)Width * Height;

    /// <summary>The facts of a picture as they are kept with the result of Normalize.</summary>
    public IReadOnlyDictionary<string, string> ToFacts()
    {
        var facts = new Dictionary<string, string>
        {
            [WidthFact] = Width.ToString(CultureInfo.InvariantCulture),
            [HeightFact] = Height.ToString(CultureInfo.InvariantCulture),
            [HashFact] = Hash,
        };
        if (LearnsNothing)
            facts[LearntFact] = Nothing;
        else if (LearnsAll)
            facts[LearntFact] = All;
        return facts;
    }

    /// <summary>Reads <see cref="ToFacts"/>.</summary>
    /// <exception cref="LoraBuildException">LB6004: a fact is missing or malformed.</exception>
    public static PictureFacts Of(string id, IReadOnlyDictionary<string, string> facts)
    {
        try
        {
            return new(
                id,
                int.Parse(facts[WidthFact], NumberStyles.None, CultureInfo.InvariantCulture),
                int.Parse(facts[HeightFact], NumberStyles.None, CultureInfo.InvariantCulture),
                facts[HashFact])
            {
                LearnsNothing = facts.GetValueOrDefault(LearntFact) == Nothing,
                LearnsAll = facts.GetValueOrDefault(LearntFact) == All,
            };
        }
        catch (Exception e) when (BadInput.IsCause(e))
        {
            throw new LoraBuildException(
                DiagnosticCode.CannotRead,
                $"What is kept of the picture '{id}' is damaged: {e.Message} Delete obj/lora and the cache's folder, and build again.",
                innerException: e);
        }
    }
}
