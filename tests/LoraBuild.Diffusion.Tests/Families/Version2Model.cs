using LoraBuild.Diffusion.Safetensors;

namespace LoraBuild.Diffusion.Tests.Families;

/// <summary>A Stable Diffusion 2.x checkpoint: a random OpenCLIP text encoder, and the tiny model's UNet with linear projections.</summary>
public sealed class Version2Model : IDisposable
{
    public const int UsedLayers = 23;
    public const long Size = 64, Tokens = 77, Vocabulary = 49408;

    private const int Layers = 24, Heads = 4;
    private const long Inner = 96;
    private const string Prefix = "cond_stage_model.model.";

    private readonly TemporaryFolder folder = new();
    private readonly Dictionary<string, Tensor> text;

    public Version2Model()
    {
        using var scope = torch.NewDisposeScope();
        using var tiny = new TinyModel();
        text = RandomText();
        var tensors = text.ToDictionary(tensor => Prefix + tensor.Key, tensor => tensor.Value);
        foreach (var name in tiny.Names.Where(name => !name.StartsWith("cond_stage_model.", StringComparison.Ordinal)))
        {
            var tensor = tiny.Load(name);
            tensors[name] = name.EndsWith(".proj_in.weight", StringComparison.Ordinal)
                || name.EndsWith(".1.proj_out.weight", StringComparison.Ordinal)
                ? tensor.flatten(1)
                : tensor;
        }
        Path = folder.File("v2.safetensors");
        SafetensorsWriter.Write(Path, tensors, [new("unet.num_heads", "8"), new("clip.num_attention_heads", $"{Heads}")]);
        foreach (var tensor in text.Values)
            tensor.DetachFromDisposeScope();
    }

    public string Path { get; }

    /// <summary>The hidden states [2, 77, size] by the formulas written out, in float64 and with nothing of the library's.</summary>
    public Tensor Written(Tensor ids, int layers)
    {
        var hidden = Of("token_embedding.weight").index_select(0, ids.flatten()).view(2, Tokens, Size) + Of("positional_embedding");
        var mask = torch.full([Tokens, Tokens], float.NegativeInfinity, dtype: ScalarType.Float64).triu(1);
        for (var layer = 0; layer < layers; layer++)
        {
            var name = $"transformer.resblocks.{layer}.";
            var fused = Linear(Norm(hidden, name + "ln_1"), name + "attn.in_proj_weight", name + "attn.in_proj_bias");
            var parts = fused.view(2, Tokens, 3, Heads, Size / Heads).permute(2, 0, 3, 1, 4);
            var scores = torch.matmul(parts[0], parts[1].transpose(2, 3)) / Math.Sqrt((double)Size / Heads);
            var attended = torch.matmul((scores + mask).softmax(-1), parts[2]).transpose(1, 2).reshape(2, Tokens, Size);
            hidden = hidden + Linear(attended, name + "attn.out_proj.weight", name + "attn.out_proj.bias");
            var inner = Linear(Norm(hidden, name + "ln_2"), name + "mlp.c_fc.weight", name + "mlp.c_fc.bias");
            inner = inner * 0.5 * ((inner / Math.Sqrt(2)).erf() + 1);
            hidden = hidden + Linear(inner, name + "mlp.c_proj.weight", name + "mlp.c_proj.bias");
        }
        return Norm(hidden, "ln_final").to(ScalarType.Float32);
    }

    public void Dispose()
    {
        foreach (var tensor in text.Values)
            tensor.Dispose();
        folder.Dispose();
    }

    private static Dictionary<string, Tensor> RandomText()
    {
        torch.manual_seed(7);
        var tensors = new Dictionary<string, Tensor>
        {
            ["token_embedding.weight"] = torch.randn(Vocabulary, Size) * 0.1,
            ["positional_embedding"] = torch.randn(Tokens, Size) * 0.1,
            ["ln_final.weight"] = torch.rand(Size) + 0.5,
            ["ln_final.bias"] = torch.randn(Size) * 0.1,
            ["text_projection"] = torch.randn(Size, Size),
            ["logit_scale"] = torch.tensor(1f),
        };
        for (var layer = 0; layer < Layers; layer++)
        {
            var name = $"transformer.resblocks.{layer}.";
            foreach (var norm in (string[])["ln_1", "ln_2"])
                (tensors[$"{name}{norm}.weight"], tensors[$"{name}{norm}.bias"]) = (torch.rand(Size) + 0.5, torch.randn(Size) * 0.1);
            (tensors[name + "attn.in_proj_weight"], tensors[name + "attn.in_proj_bias"]) =
                (torch.randn(3 * Size, Size) * 0.3, torch.randn(3 * Size) * 0.1);
            (tensors[name + "attn.out_proj.weight"], tensors[name + "attn.out_proj.bias"]) =
                (torch.randn(Size, Size) * 0.1, torch.randn(Size) * 0.1);
            (tensors[name + "mlp.c_fc.weight"], tensors[name + "mlp.c_fc.bias"]) =
                (torch.randn(Inner, Size) * 0.2, torch.randn(Inner) * 0.1);
            (tensors[name + "mlp.c_proj.weight"], tensors[name + "mlp.c_proj.bias"]) =
                (torch.randn(Size, Inner) * 0.1, torch.randn(Size) * 0.1);
        }
        return tensors;
    }

    private Tensor Norm(Tensor input, string name)
    {
        var centred = input - input.mean([-1L], keepdim: true);
        return (centred / (centred.square().mean([-1L], keepdim: true) + 1e-5).sqrt() * Of(name + ".weight")) + Of(name + ".bias");
    }

    private Tensor Linear(Tensor input, string weight, string bias) => torch.matmul(input, Of(weight).transpose(0, 1)) + Of(bias);

    private Tensor Of(string name) => text[name].to(ScalarType.Float64);
}
