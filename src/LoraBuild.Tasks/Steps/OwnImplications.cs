using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Hashing;
using LoraBuild.Dataset.Tags;
using LoraBuild.Incremental.Steps;

namespace LoraBuild.Tasks.Steps;

/// <summary>The implications of a project: Danbooru's, changed by the author's own table where there is one.</summary>
/// <param name="Table">The implications.</param>
/// <param name="Content">The author's own among them, for keys.</param>
internal sealed record OwnImplications(ImplicationTable Table, ContentHash Content)
{
    /// <summary>Reads the author's table, if one is named.</summary>
    /// <exception cref="LoraBuildException">LB1008: the file does not exist; LB1020: a link leads out of the project; LB3005: it is
    /// malformed; LB6009: it was changed meanwhile.</exception>
    public static OwnImplications Read(BuildSession session, string? path)
    {
        if (path is null)
            return new OwnImplications(ImplicationTable.Danbooru, ContentHash.Of(""));
        if (!File.Exists(path))
        {
            throw new LoraBuildException(
                DiagnosticCode.InvalidProperty,
                "LoraImplications names this file, which does not exist. Write it, or correct the property.", path);
        }

        session.Links.Require(path);
        var content = session.State.HashInput(path);
        var table = ImplicationTable.ReadOwn(path);
        session.EnsureUnchanged(path, content);
        return new OwnImplications(table, content);
    }
}
