using LoraBuild.Imaging;
using LoraBuild.Tagging;

namespace LoraBuild.Worker.Jobs;

/// <summary>Says which libraries the worker runs on: part of the key of what they make.</summary>
internal static class Engines
{
    /// <summary>One finished item with the facts <c>images</c>, <c>tagger</c> and <c>tensors</c>.</summary>
    public static void Describe(EventWriter events)
    {
#if TORCHSHARP
        Torch.NativeLibraries.Check();
#endif
        events.Finished("engines", new Dictionary<string, string>
        {
            ["images"] = PictureDecoder.EngineVersion,
            ["tagger"] = Tagger.EngineVersion,
            ["tensors"] = $"libtorch {torch.__version__}, {(torch.cuda.is_available() ? "CUDA" : "CPU")}",
        });
    }
}
