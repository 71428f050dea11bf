using System.Globalization;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Hashing;
using LoraBuild.Incremental.Steps;
using LoraBuild.Protocol.Models;

namespace LoraBuild.Tasks.Steps;

/// <summary>An ONNX model as an input: its file, and the files beside it that hold its weights.</summary>
internal static class OnnxModelFiles
{
    private const int Version = 1;

    /// <summary>All its files that are there, the model first.</summary>
    public static IReadOnlyList<string> Of(BuildSession session, string model)
    {
        var key = new StepKey("OnnxDataFiles", Version).With("model", session.State.HashInput(model)).ToHash();
        if (session.State.FindFacts(key) is not { } facts)
        {
            facts = OnnxDataFiles.Of(model).Where(LegibleText.IsLegible).Prepend(Path.GetFileName(model))
                .Select((file, place) => (file, place))
                .ToDictionary(file => string.Create(CultureInfo.InvariantCulture, $"{file.place:D4}"), file => file.file);
            session.State.RecordFacts(key, facts);
        }

        var folder = Path.GetDirectoryName(model)!;
        return
        [
            model,
            .. facts.OrderBy(fact => fact.Key, StringComparer.Ordinal).Skip(1).Select(fact => Path.GetFullPath(fact.Value, folder))
                .Where(File.Exists),
        ];
    }

    /// <summary>The content of a model's files; for a model of one file, that file's.</summary>
    public static ContentHash Hash(BuildSession session, IReadOnlyList<string> files)
    {
        if (files.Count == 1)
            return session.State.HashInput(files[0]);
        var key = new StepKey("OnnxModel", Version);
        foreach (var file in files)
            key.With(Path.GetFileName(file), session.State.HashInput(file));
        return key.ToHash();
    }
}
