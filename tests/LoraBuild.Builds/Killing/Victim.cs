namespace LoraBuild.Builds.Killing;

/// <summary>What of a running build is killed.</summary>
internal enum Victim
{
    /// <summary>Every process at once: MSBuild, its nodes and the worker, as when a machine loses its power.</summary>
    Group,

    /// <summary><c>dotnet build</c> alone; the worker is left behind.</summary>
    Build,

    /// <summary>The worker alone, as the kernel does when memory runs out.</summary>
    Worker,
}
