namespace LoraBuild.Protocol;

/// <summary>Environment variables that a job's process needs from its start.</summary>
public static class WorkerEnvironment
{
    /// <summary>The variable from which glibc takes its allocator's settings.</summary>
    public const string Tunables = "GLIBC_TUNABLES";

    /// <summary>
    /// For training and drawing, which allocate gigabytes at each step, of the same sizes again and again: glibc's allocator keeps them, in
    /// large pages, instead of handing every large block back to the kernel, which would clear each of its pages anew. It halves the time
    /// of a full-size step on a CPU.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Training { get; } = new Dictionary<string, string>
    {
        [Tunables] = string.Join(
            ':',
            "glibc.malloc.hugetlb=1",
            "glibc.malloc.mmap_max=0",
            $"glibc.malloc.trim_threshold={1L << 34}",
            $"glibc.malloc.top_pad={1L << 26}"),
        // What cuBLAS needs to compute in the same order each time.
        ["CUBLAS_WORKSPACE_CONFIG"] = ":4096:8",
    };

    /// <summary>The variables for a job, without those that the user has set.</summary>
    public static IEnumerable<KeyValuePair<string, string>> For(WorkerJob job) =>
        job is TrainJob or DrawJob ? Training.Where(variable => Environment.GetEnvironmentVariable(variable.Key) is null) : [];
}
