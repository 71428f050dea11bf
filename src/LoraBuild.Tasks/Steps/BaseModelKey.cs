using LoraBuild.Base.Hashing;
using LoraBuild.Incremental.Steps;
using LoraBuild.Protocol.Models;

namespace LoraBuild.Tasks.Steps;

/// <summary>The parts of a base model that the result of a step depends on.</summary>
internal static class BaseModelKey
{
    /// <summary>Adds the content of all its files to a key, and notes those whose appearance would be a change.</summary>
    /// <param name="key">The step's key.</param>
    /// <param name="session">The build.</param>
    /// <param name="model">The model.</param>
    /// <param name="tokenizer">CLIP's vocabulary; null where the worker takes the published one.</param>
    /// <param name="hash">Gives the hash of a file's content.</param>
    public static void AddTo(StepKey key, BuildSession session, BaseModelFiles model, string? tokenizer, Func<string, ContentHash> hash)
    {
        foreach (var file in model.Weights)
            key.With("base model", hash(file));
        // The published vocabulary is always the same; that another one appears is a change.
        if (tokenizer is null)
            key.With("vocabulary", ClipVocabulary.PublishedMerges);
        foreach (var file in model.Optional
            .Concat((tokenizer is null ? ClipVocabulary.PlacesBeside(model.Path) : [tokenizer]).SelectMany(ClipVocabulary.FilesAt)))
        {
            if (File.Exists(file))
                key.With(Path.GetFileName(file), hash(file));
            else
                session.State.NoteAbsent(file);
        }
    }
}
