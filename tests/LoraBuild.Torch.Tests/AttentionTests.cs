using static LoraBuild.Torch.Tests.Numbers;

namespace LoraBuild.Torch.Tests;

public sealed class AttentionTests
{
    [Fact]
    public void Attention_is_a_mean_of_values_weighted_by_the_softmax_of_scaled_scores()
    {
        using var scope = NewDisposeScope();
        var query = tensor(new[] { 2f, 0f, 0f, 0f }, [1, 1, 1, 4]);
        var key = tensor(new[] { 1f, 0f, 0f, 0f, 0f, 1f, 0f, 0f }, [1, 1, 2, 4]);
        var value = tensor(new[] { 1f, 0f, 0f, 0f, 0f, 1f, 0f, 0f }, [1, 1, 2, 4]);
        var first = MathF.E / (MathF.E + 1);
        Near([first, 1 - first, 0, 0], nn.functional.scaled_dot_product_attention(query, key, value));
    }

    [Fact]
    public void A_mask_adds_to_the_scores_or_rules_keys_out()
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        var (query, key, value) = (randn(1, 2, 3, 8), randn(1, 2, 3, 8), randn(1, 2, 3, 8));
        var causal = nn.functional.scaled_dot_product_attention(query, key, value, is_casual: true);
        var truth = nn.functional.scaled_dot_product_attention(query, key, value, ones(3, 3, ScalarType.Bool).tril());
        var added = nn.functional.scaled_dot_product_attention(query, key, value, full([3, 3], float.NegativeInfinity).triu(1));
        Assert.InRange(Distance(causal, truth), 0, 1e-6);
        Assert.InRange(Distance(causal, added), 0, 1e-6);
        Assert.InRange(Distance(causal.select(-2, 0), value.select(-2, 0)), 0, 1e-6);
    }

    // More scores than are held at once: one head's queries in several blocks, or several heads in one, the last block with fewer.
    [Theory]
    [InlineData(1, 1, 4100, 4100, false)]
    [InlineData(1, 1, 4100, 4100, true)]
    [InlineData(2, 5, 500, 700, false)]
    [InlineData(2, 5, 500, 700, true)]
    public void Large_attention_has_the_values_and_gradients_of_the_formula(int batch, int heads, int queries, int keys, bool masked)
    {
        using var scope = NewDisposeScope();
        manual_seed(7);
        Tensor[] inputs = [.. new[] { queries, keys, keys }.Select(tokens => randn(batch, heads, tokens, 8).requires_grad_())];
        var mask = masked ? randn(queries, keys) : null;
        var weight = randn(batch, heads, queries, 8);

        var result = nn.functional.scaled_dot_product_attention(inputs[0], inputs[1], inputs[2], mask!);
        var gradients = Gradients(result);

        var scores = inputs[0].matmul(inputs[1].transpose(-2, -1)) / Math.Sqrt(8);
        var formula = (mask is null ? scores : scores + mask).softmax(-1).matmul(inputs[2]);
        var expected = Gradients(formula);
        Assert.InRange(Distance(result, formula), 0, 1e-5);
        for (var i = 0; i < 3; i++)
            Assert.InRange(Distance(gradients[i], expected[i]), 0, 2e-4);

        Tensor[] Gradients(Tensor output)
        {
            (output * weight).sum().backward();
            Tensor[] found = [.. inputs.Select(input => input.grad!.clone())];
            foreach (var input in inputs)
                input.grad = null;
            return found;
        }
    }
}
