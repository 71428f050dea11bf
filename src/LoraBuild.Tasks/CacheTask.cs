using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>Base of the tasks that look after the store itself.</summary>
public abstract class CacheTask : LoraTask
{
    /// <summary>The bound on the store, a <see cref="ByteSize"/>.</summary>
    [Required]
    public string MaxSize { get; set; } = "";

    /// <summary>The bound in bytes.</summary>
    /// <exception cref="LoraBuildException">LB1008: it is no size.</exception>
    protected long MaxBytes => ByteSize.TryParse(MaxSize, out var bytes)
        ? bytes
        : throw new LoraBuildException(
            DiagnosticCode.InvalidProperty, $"LoraCacheMaxSize is '{MaxSize}'; it must be a size such as 20 GB.");
}
