using System.Text.Json.Serialization;
using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Protocol;

/// <summary>A message of the worker to the build, one JSON object a line on its standard output.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(ProgressEvent), "progress")]
[JsonDerivedType(typeof(DetailEvent), "detail")]
[JsonDerivedType(typeof(DiagnosticEvent), "diagnostic")]
[JsonDerivedType(typeof(FinishedEvent), "finished")]
public abstract record WorkerEvent;

/// <summary>A line that the author sees while waiting.</summary>
public sealed record ProgressEvent(string Text) : WorkerEvent;

/// <summary>A line for a detailed log.</summary>
public sealed record DetailEvent(string Text) : WorkerEvent;

/// <summary>An error or warning.</summary>
public sealed record DiagnosticEvent(Diagnostic Diagnostic) : WorkerEvent;

/// <summary>One item of the job is done and its files lie at their targets.</summary>
/// <param name="Id">The item's id.</param>
/// <param name="Facts">Small facts about the result, such as a picture's width.</param>
public sealed record FinishedEvent(string Id, IReadOnlyDictionary<string, string> Facts) : WorkerEvent;
