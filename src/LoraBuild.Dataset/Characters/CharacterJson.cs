using System.Text.Json.Serialization;
using LoraBuild.Dataset.Edits;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.Characters;

/// <summary>
/// A character's content as JSON, for items and keys. Compiled with the program, because serialisation by reflection takes long to start.
/// </summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(IReadOnlyList<Edit>))]
[JsonSerializable(typeof(IReadOnlyList<TagEdit>))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
public sealed partial class CharacterJson : JsonSerializerContext;
