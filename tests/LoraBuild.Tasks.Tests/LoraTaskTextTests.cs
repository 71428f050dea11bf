using System.Collections;
using LoraBuild.Base.Diagnostics;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks.Tests;

public class LoraTaskTextTests
{
    private const string Hostile = "a\u001B[2J\r\nb: error LB9999: no\u2028\u202E{0}%s%41";

    private const string Shown = "a\uFFFD[2J b: error LB9999: no \uFFFD{0}%s%41";

    [Fact]
    public void What_strangers_wrote_neither_ends_a_line_nor_commands_the_terminal()
    {
        var log = new Log();
        using var task = new Telling { BuildEngine = log };

        task.Report(new Diagnostic("LB2001", Severity.Error, Hostile, Hostile));
        task.Report(new Diagnostic("LB2004", Severity.Warning, Hostile, Hostile));
        task.Say(Hostile);

        Assert.Equal([$"{Shown}: {Shown}", $"{Shown}: {Shown}", $"  {Shown}"], log.Lines);
    }

    [Fact]
    public void A_detail_may_have_several_lines()
    {
        var log = new Log();
        using var task = new Telling { BuildEngine = log };

        task.SayDetail("one\n\u0007two");

        Assert.Equal(["one\n\uFFFDtwo"], log.Lines);
    }

    private sealed class Telling : LoraTask
    {
        protected override void Run()
        {
        }
    }

    private sealed class Log : IBuildEngine
    {
        public List<string> Lines { get; } = [];

        public bool ContinueOnError => false;

        public int LineNumberOfTaskNode => 0;

        public int ColumnNumberOfTaskNode => 0;

        public string ProjectFileOfTaskNode => "";

        public void LogErrorEvent(BuildErrorEventArgs e) => Lines.Add($"{e.File}: {e.Message}");

        public void LogWarningEvent(BuildWarningEventArgs e) => Lines.Add($"{e.File}: {e.Message}");

        public void LogMessageEvent(BuildMessageEventArgs e) => Lines.Add(e.Message!);

        public void LogCustomEvent(CustomBuildEventArgs e) => Lines.Add(e.Message!);

        public bool BuildProjectFile(
            string projectFileName, string[] targetNames, IDictionary globalProperties, IDictionary targetOutputs) => false;
    }
}
