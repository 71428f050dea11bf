using LoraBuild.Base.Diagnostics;
using LoraBuild.Protocol;
using LoraBuild.Tasks.Steps;

namespace LoraBuild.Tasks.Tests.Steps;

/// <summary>What an author reads of a worker that died.</summary>
public sealed class LastWordsTests
{
    [Theory]
    [InlineData(
        "Unhandled exception. System.Runtime.InteropServices.ExternalException (0x80004005): Expected false to be true, but got false.")]
    [InlineData("terminate called after throwing an instance of 'c10::Error'")]
    [InlineData("Fatal error. System.AccessViolationException: Attempted to read or write protected memory.")]
    public void The_cause_of_a_crash_is_shown_however_long_its_stack_is(string cause)
    {
        var words =
            Said("a warning", cause, "  what():  Unknown scalar type.", "Exception raised from toFloat at /pytorch/c10/core/Scalar.h:140");
        foreach (var i in Enumerable.Range(0, 1000))
            words.Add(i % 2 == 0 ? $"frame #{i}: <unknown function> + 0x75a38cd" : "   at TorchSharp.torch.Tensor.add(Tensor target)");

        Assert.Equal(
            $"{cause} /   what():  Unknown scalar type. / Exception raised from toFloat at /pytorch/c10/core/Scalar.h:140",
            words.ToString());
        Assert.InRange(words.Lines.Count, 100, 500);
    }

    [Fact]
    public void The_first_cause_is_the_cause() => Assert.Equal(
        "terminate called without an active exception / Fatal error. ",
        Said("terminate called without an active exception", "Fatal error. ").ToString());

    [Fact]
    public void Without_a_known_cause_the_last_lines_are_shown() => Assert.Equal(
        "3 / 4 / 5 / 6 / double free or corruption (out)",
        Said("1", "2", "3", "4", "5", "6", "double free or corruption (out)").ToString());

    [Fact]
    public void Who_said_nothing_has_no_last_words() => Assert.Equal("", Said().ToString());

    [Fact]
    public void A_worker_that_dies_of_an_exception_names_it_in_the_error_and_all_of_it_in_the_detailed_log()
    {
        var folder = Directory.CreateTempSubdirectory("lorabuild-");
        try
        {
            // No assembly, which the runtime finds out when it runs already.
            var assembly = Path.Combine(folder.FullName, "Broken.dll");
            File.WriteAllText(assembly, "no assembly");
            File.Copy(
                Path.Combine(AppContext.BaseDirectory, "LoraBuild.Tasks.Tests.runtimeconfig.json"),
                Path.ChangeExtension(assembly, ".runtimeconfig.json"));
            var host = new SilentHost(assembly);

            var error =
                Assert.Throws<LoraBuildException>(() => new WorkerProcess(host).Run(new DescribeEnginesJob([]), "Tag", _ => { }, default));

            Assert.Equal(DiagnosticCode.WorkerCrashed, error.Diagnostic.Code);
            Assert.Contains("Its last words: Unhandled exception. System.BadImageFormatException", error.Message, StringComparison.Ordinal);
            Assert.Contains(host.Details, line => line.StartsWith("Unhandled exception.", StringComparison.Ordinal));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static LastWords Said(params string[] lines)
    {
        var words = new LastWords();
        foreach (var line in lines)
            words.Add(line);
        return words;
    }

    private sealed class SilentHost(string workerAssembly) : IBuildHost
    {
        public List<string> Details { get; } = [];

        public string WorkerAssembly => workerAssembly;

        public PipelineSession Session => throw new NotSupportedException();

        public bool HasErrors => false;

        public CancellationToken Token => default;

        public void Report(Diagnostic diagnostic)
        {
        }

        public void Say(string line)
        {
        }

        public void SayDetail(string line) => Details.Add(line);
    }
}
