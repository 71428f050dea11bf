using System.Text.Json.Serialization;

namespace LoraBuild.Dataset.Edits;

/// <summary>
/// One change that an author would make in an image editor, as data. Edits are applied in their order to the upright picture
/// (rotation applied); originals are never touched. Serialised as JSON, an edit is part of the picture's key.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "edit")]
[JsonDerivedType(typeof(BackgroundEdit), "background")]
[JsonDerivedType(typeof(CropEdit), "crop")]
[JsonDerivedType(typeof(EraseEdit), "erase")]
[JsonDerivedType(typeof(FlipEdit), "flip")]
[JsonDerivedType(typeof(PadEdit), "pad")]
[JsonDerivedType(typeof(RotateEdit), "rotate")]
[JsonDerivedType(typeof(TrimEdit), "trim")]
public abstract record Edit;
