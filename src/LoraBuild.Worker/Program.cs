using System.Text;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Protocol;
using LoraBuild.Worker;
using LoraBuild.Worker.Jobs;

// Native libraries may print to standard output; the protocol skips what is no event.
using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false));
using var input = new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(false));
var events = new EventWriter(output);
using var signals = new CancelSignals();

if (input.ReadLine() is not { } line)
{
    Console.Error.WriteLine("LoraBuild.Worker is started by the build, which writes it a job on standard input.");
    return 1;
}

var job = WorkerProtocol.ReadJob(line);
signals.Watch(input);
try
{
    switch (job)
    {
        case DescribeEnginesJob describe: Engines.Describe(describe, events); break;
        case NormalizeJob normalize: NormalizePictures.Run(normalize, events, signals.Token); break;
        case ShrinkJob shrink: ShrinkPictures.Run(shrink, events, signals.Token); break;
        case ShowEditsJob show: ShowEdits.Run(show, events, signals.Token); break;
        case FindPersonsJob find: FindPersons.Run(find, events, signals.Token); break;
        case TagJob tag: TagPictures.Run(tag, events, signals.Token); break;
        case ListTagsJob list: ListTags.Run(list, events); break;
        case DrawJob draw: DrawPictures.Run(draw, events, signals.Token); break;
        case TrainJob train: TrainLora.Run(train, events, signals.Token); break;
        case PreviewJob previews: TrainLora.DrawPreviews(previews, events, signals.Token); break;
        case DescribeModelJob model: DescribeModel.Run(model, events); break;
        case MergeJob merge: MergeLora.Run(merge, events); break;
        default: throw new NotSupportedException($"No such job: {job.GetType().Name}.");
    }

    return WorkerProtocol.Done;
}
catch (OperationCanceledException)
{
    return WorkerProtocol.Cancelled;
}
catch (LoraBuildException e)
{
    events.Report(e.Diagnostic);
    return WorkerProtocol.Done;
}
catch (Exception e) when (e is IOException or UnauthorizedAccessException)
{
    events.Report(new Diagnostic(
        DiagnosticCode.CannotRead, Severity.Error, $"{e.Message} Look at the file or disk that is named, then build again."));
    return WorkerProtocol.Done;
}
catch (Exception e) when (e is DllNotFoundException or TypeInitializationException or BadImageFormatException)
{
    events.Detail(e.ToString());
    var reason = e.GetBaseException().Message.Split('\n')[0];
    events.Report(
        new Diagnostic(
            DiagnosticCode.EngineMissing, Severity.Error,
            $"An engine does not load: {reason} Run dotnet build -t:InstallEngines, then build again."));
    return WorkerProtocol.Done;
}
