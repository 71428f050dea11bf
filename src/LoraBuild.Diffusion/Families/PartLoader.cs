using LoraBuild.Base.Diagnostics;
using LoraBuild.Diffusion.Clip;
using LoraBuild.Diffusion.Files;
using LoraBuild.Diffusion.Loading;
using LoraBuild.Protocol.Models;

namespace LoraBuild.Diffusion.Families;

/// <summary>Loads the parts of a model one after the other, and says where parts do not belong together.</summary>
/// <param name="path">The model, for messages.</param>
/// <param name="options">The options by which it is loaded.</param>
internal sealed class PartLoader(string path, ModelOptions options)
{
    private readonly Dictionary<string, StoredTensor> sources = [];
    private readonly Dictionary<DeviceType, long> bytes = [];

    /// <summary>The tensors of the layers' weights in the files, by the layers' names.</summary>
    public IReadOnlyDictionary<string, StoredTensor> Sources => sources;

    /// <summary>The bytes of what was loaded onto a device.</summary>
    public long BytesOn(Device device) => bytes.GetValueOrDefault(device.type);

    /// <summary>The tokenizer's file or folder; null where no text is read.</summary>
    public string? Tokenizer { get; } = !options.ReadsText ? null : options.Tokenizer ?? ClipVocabulary.FindBeside(path)
        ?? options.FetchTokenizer?.Invoke() ?? ClipVocabulary.PlacesBeside(path)[0];

    /// <summary>A part of the model; the caller owns it.</summary>
    /// <param name="part">Its tensors.</param>
    /// <param name="device">The device where it will run.</param>
    /// <param name="type">The type that it will compute in.</param>
    /// <param name="build">Builds it of its weights.</param>
    /// <param name="layerPrefix">As for <see cref="Weights"/>.</param>
    /// <param name="compresses">True to keep the weights of its layers in 8 bits.</param>
    /// <exception cref="LoraBuildException">LB4003: tensors are missing or have other shapes.</exception>
    public T Load<T>(PartTensors part, Device device, ScalarType type, Func<Weights, T> build, string? layerPrefix = null,
        bool compresses = false)
    {
        using var scope = torch.NewDisposeScope();
        using var frozen = torch.no_grad();
        var weights = new Weights(part, type, device, options.Substitute, layerPrefix, compresses);
        var result = build(weights);
        weights.ThrowIfMisfit();
        bytes[device.type] = BytesOn(device) + weights.Bytes;
        foreach (var (layer, stored) in weights.Sources)
            sources.Add(layer, stored);
        return result;
    }

    /// <summary>Accepts a tokenizer that has the text encoder's tokens.</summary>
    /// <exception cref="LoraBuildException">LB4004: it has others.</exception>
    public void RequireTokens(ClipTokenizer? tokenizer, TextEncoder encoder)
    {
        if (tokenizer is not null && tokenizer.VocabularySize != encoder.VocabularySize)
        {
            throw new LoraBuildException(
                DiagnosticCode.TokenizerInvalid,
                $"The tokenizer has {tokenizer.VocabularySize} tokens, but the text encoder of '{path}' knows {encoder.VocabularySize}. "
                + "Use the tokenizer that belongs to the model.",
                Tokenizer);
        }
    }

    /// <summary>LB4003 for parts that do not belong together.</summary>
    /// <param name="reason">The reason.</param>
    /// <param name="file">The file to name; null: the model.</param>
    public LoraBuildException Mismatch(string reason, string? file = null) => new(
        DiagnosticCode.CheckpointMismatch, $"The model's parts do not belong together: {reason}. Use parts of one model.", file ?? path);
}
