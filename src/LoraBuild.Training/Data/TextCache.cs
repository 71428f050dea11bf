using LoraBuild.Base.Hashing;
using LoraBuild.Diffusion.Families;
using LoraBuild.Incremental.Caching;
using LoraBuild.Settings;

namespace LoraBuild.Training.Data;

/// <summary>
/// sd-scripts' <c>cache_text_encoder_outputs</c>: every caption is encoded once, alone, and its encoding stays in main memory.
/// Encodings can be kept in the store: under a key of all that they follow from, so that another caption, model or size never finds an
/// old one.
/// </summary>
public sealed class TextCache : IDisposable
{
    private const int Version = 1;
    private const string Probe = "1girl, solo, looking at viewer";
    private static readonly bool[] Both = [false, true];

    private readonly Dictionary<string, Conditioning> texts = new(StringComparer.Ordinal);
    private readonly IDiffusionModel model;
    private readonly TrainingSettings settings;
    private readonly TensorStore store;

    /// <summary>An empty cache.</summary>
    /// <param name="model">Encodes what is not in the store.</param>
    /// <param name="settings">The settings of captions.</param>
    /// <param name="store">The store for encodings; null: none.</param>
    /// <param name="scratch">A folder for the files that go to and come from the store.</param>
    public TextCache(IDiffusionModel model, TrainingSettings settings, ContentStore? store, string scratch) =>
        (this.model, this.settings, this.store) = (model, settings, new TensorStore(store, "Texts", scratch));

    /// <summary>The number of encodings in the cache: equal captions of pictures of equal sizes share one.</summary>
    public int Count => texts.Count;

    /// <summary>Fills the cache.</summary>
    /// <param name="dataset">The pictures.</param>
    /// <param name="samples">Makes texts of their captions.</param>
    /// <param name="modelHash">The hash of the model's files.</param>
    /// <param name="cancellation">Looked at between captions.</param>
    /// <returns>The number of texts that were encoded and not found in the store.</returns>
    /// <exception cref="Base.Diagnostics.LoraBuildException">LB6001: the store cannot be written.</exception>
    public int Fill(TrainingDataset dataset, SampleFactory samples, string modelHash, CancellationToken cancellation = default)
    {
        using var ungraded = no_grad();
        var fingerprint = store.Keeps ? $"{modelHash} {Fingerprint()}" : "";
        var encodedCount = 0;
        foreach (var text in from picture in dataset.Pictures
                             from mirrored in settings.FlipAug ? Both : [false]
                             select samples.TextOf(picture, mirrored))
        {
            if (texts.ContainsKey(text.Content))
                continue;
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var key = store.Keeps ? Key(text, fingerprint) : default;
            if (store.Find(key) is not { } encoded)
            {
                encoded = model.Encode([text], settings.ClipSkip ?? 1).Tensors.ToDictionary(entry => entry.Key, entry => entry.Value.cpu());
                encodedCount++;
                store.Keep(key, encoded);
            }

            foreach (var tensor in encoded.Values)
                tensor.DetachFromDisposeScope();
            texts.Add(text.Content, new(encoded));
        }

        return encodedCount;
    }

    /// <summary>The encodings of texts as one batch on the model's device; the caller's scope owns it.</summary>
    public Conditioning Of(IReadOnlyList<TokenizedText> batch)
    {
        var encoded = batch.Select(text => texts[text.Content].Tensors).ToList();
        return new(encoded[0].Keys.ToDictionary(
            name => name, name => cat([.. encoded.Select(tensors => tensors[name])], 0).to(model.Device)));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in texts.Values.SelectMany(text => text.Tensors.Values))
            tensor.Dispose();
        texts.Clear();
    }

    // Number format and engine show in what is made of a caption.
    private string Fingerprint()
    {
        using var scope = NewDisposeScope();
        var text = model.Tokenize(Probe, PictureFrame.Drawn(new(512, 512)), settings.MaxTokenLength, weighted: false);
        var encoded = model.Encode([text], settings.ClipSkip ?? 1).Tensors.OrderBy(entry => entry.Key, StringComparer.Ordinal);
        return ContentHash.Of(string.Join(' ', encoded.Select(entry => ContentHash.Of(Bytes(entry.Value))))).ToString();
    }

    private static byte[] Bytes(Tensor tensor) => tensor.to_type(ScalarType.Float32).cpu().contiguous().bytes.ToArray();

    private ContentHash Key(TokenizedText text, string fingerprint) => new StepKey("Texts", Version)
        .With("model", fingerprint)
        .With("clip skip", settings.Text(Options.ClipSkip))
        .With("text", text.Content)
        .ToHash();
}
