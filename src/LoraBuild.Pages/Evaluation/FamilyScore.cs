namespace LoraBuild.Pages.Evaluation;

/// <summary>A mean recall, 0 to 1, over the pictures of a family or of a part of it.</summary>
/// <param name="Name">Of what: the family, the kind of what is asked for, or the outfit.</param>
/// <param name="Lora">With the LoRA.</param>
/// <param name="Base">Without.</param>
public sealed record FamilyScore(string Name, Interval Lora, Interval Base);
