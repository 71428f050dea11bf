using System.Runtime.CompilerServices;

namespace LoraBuild.Training.Tests;

internal static class SingleThread
{
    /// <summary>
    /// Test classes run side by side already, and threads of an operator that wait for each other on a busy machine take long.
    /// </summary>
    [ModuleInitializer]
    public static void Set() => set_num_threads(1);
}
