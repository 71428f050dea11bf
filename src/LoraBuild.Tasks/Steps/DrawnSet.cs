using LoraBuild.Settings.Sampling;

namespace LoraBuild.Tasks.Steps;

/// <summary>Pictures to draw with one model.</summary>
/// <param name="Lora">The LoRA file on the base model, or null for the base model alone.</param>
/// <param name="Pictures">What to draw.</param>
/// <param name="Folder">The folder that gets the files, by <see cref="DrawingStep.NameOf"/>.</param>
internal sealed record DrawnSet(string? Lora, IReadOnlyList<PictureRequest> Pictures, string Folder);
