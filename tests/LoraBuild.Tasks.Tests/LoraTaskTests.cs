using System.Collections;
using LoraBuild.Base.Diagnostics;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace LoraBuild.Tasks.Tests;

public sealed class LoraTaskTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("lorabuild-").FullName;

    public static TheoryData<Exception> Exceptions() =>
        [new KeyNotFoundException("no such key"), new InvalidDataException("damaged"), new NotSupportedException("ftp"),
         new InvalidOperationException("no session")];

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [MemberData(nameof(Exceptions), DisableDiscoveryEnumeration = true)]
    public void Whatever_a_step_throws_is_an_error_with_a_code(Exception thrown)
    {
        var engine = new Engine();
        var context = new TaskItem("context", new Dictionary<string, string>
        {
            ["IntermediateFolder"] = folder, ["CachePath"] = folder, ["ProjectFile"] = Path.Combine(folder, "aoi.loraproj"),
        });
        using var task = new ThrowingTask(thrown) { BuildEngine = engine, Context = context };
        Assert.False(task.Execute());
        var error = Assert.Single(engine.Errors);
        Assert.Equal(DiagnosticCode.Unexpected, error.Code);
        Assert.DoesNotContain("   at ", error.Message, StringComparison.Ordinal);
        engine.DisposeObjects();
    }

    private sealed class ThrowingTask(Exception thrown) : LoraTask
    {
        protected override void Run() => throw thrown;
    }

    private sealed class Engine : IBuildEngine4
    {
        private readonly Dictionary<object, object> objects = [];

        public List<BuildErrorEventArgs> Errors { get; } = [];

        public bool IsRunningMultipleNodes => false;

        public bool ContinueOnError => false;

        public int LineNumberOfTaskNode => 0;

        public int ColumnNumberOfTaskNode => 0;

        public string ProjectFileOfTaskNode => "";

        public void LogErrorEvent(BuildErrorEventArgs e) => Errors.Add(e);

        public void LogWarningEvent(BuildWarningEventArgs e)
        {
        }

        public void LogMessageEvent(BuildMessageEventArgs e)
        {
        }

        public void LogCustomEvent(CustomBuildEventArgs e)
        {
        }

        public bool BuildProjectFile(
            string projectFileName, string[] targetNames, IDictionary globalProperties, IDictionary targetOutputs) => false;

        public bool BuildProjectFile(
            string projectFileName, string[] targetNames, IDictionary globalProperties, IDictionary targetOutputs, string toolsVersion) =>
                false;

        public bool BuildProjectFilesInParallel(
            string[] projectFileNames,
            string[] targetNames,
            IDictionary[] globalProperties,
            IDictionary[] targetOutputsPerProject,
            string[] toolsVersion,
            bool useResultsCache,
            bool unloadProjectsOnCompletion) => false;

        public BuildEngineResult BuildProjectFilesInParallel(
            string[] projectFileNames,
            string[] targetNames,
            IDictionary[] globalProperties,
            IList<string>[] removeGlobalProperties,
            string[] toolsVersion,
            bool returnTargetOutputs) => new(false, []);

        public void Yield()
        {
        }

        public void Reacquire()
        {
        }

        public void RegisterTaskObject(object key, object obj, RegisteredTaskObjectLifetime lifetime, bool allowEarlyCollection) =>
            objects[key] = obj;

        public object? GetRegisteredTaskObject(object key, RegisteredTaskObjectLifetime lifetime) => objects.GetValueOrDefault(key);

        public object? UnregisterTaskObject(object key, RegisteredTaskObjectLifetime lifetime) =>
            objects.Remove(key, out var removed) ? removed : null;

        public void DisposeObjects()
        {
            foreach (var one in objects.Values.OfType<IDisposable>())
                one.Dispose();
        }
    }
}
