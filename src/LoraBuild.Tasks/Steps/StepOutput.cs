using LoraBuild.Base.Hashing;

namespace LoraBuild.Tasks.Steps;

/// <summary>One file that a step is to make.</summary>
/// <param name="Id">What it is made for: a picture's id.</param>
/// <param name="Target">Where it goes, an absolute path.</param>
/// <param name="Key">The key that its content follows from.</param>
internal sealed record StepOutput(string Id, string Target, ContentHash Key);
