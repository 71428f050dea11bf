using System.Text.Json.Serialization;
using LoraBuild.Core.Edits;
using LoraBuild.Core.Features;
using LoraBuild.Core.Outfits;
using LoraBuild.Core.Tags;

namespace LoraBuild.Core.Characters;

/// <summary>
/// What a character.yaml says, as JSON for items and keys. Compiled with the program: serialisation by reflection takes longer to start than
/// a build after a small change takes.
/// </summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(IReadOnlyList<Edit>))]
[JsonSerializable(typeof(IReadOnlyList<TagEdit>))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(FeatureRules))]
[JsonSerializable(typeof(IReadOnlyList<Outfit>))]
[JsonSerializable(typeof(TagSelection))]
public sealed partial class CharacterJson : JsonSerializerContext;
