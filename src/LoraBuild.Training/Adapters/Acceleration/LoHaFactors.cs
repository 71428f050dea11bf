using LoraBuild.Diffusion.Layers;
using LoraBuild.Torch.Layers;
using LoraBuild.Training.Parameters;

namespace LoraBuild.Training.Adapters.Acceleration;

/// <summary>
/// The factors of the change of many LoHas made at once, shape by shape, before a pass through the models, and their gradients taken back
/// at once after it. On a GPU each operator takes longer to start than such small tensors take to compute; layer by layer, these were most
/// of a step's.
/// </summary>
internal sealed class LoHaFactors : IDisposable
{
    private readonly IReadOnlyList<AlikeFactors> groups;

    private LoHaFactors(IReadOnlyList<AlikeFactors> groups) => this.groups = groups;

    /// <summary>
    /// Room for the factors of those adapters whose rank is small for their layer. The others are left as they are, as are those that get
    /// no gradient since their layer's output is not used.
    /// </summary>
    /// <param name="adapters">The adapters that are a LoHa and no more, on their layers.</param>
    /// <param name="weightsPerFactor">
    /// The least number of the frozen weight's elements for each of the factors'. These stay in memory, and as much for their gradients:
    /// with 4, all together take at most half of what the frozen weights do.
    /// </param>
    public static LoHaFactors Of(IEnumerable<(AcceleratedLoHa Change, AdaptableLayer Layer)> adapters, long weightsPerFactor = 4)
    {
        var groups =
            from adapter in adapters
            let loHa = adapter.Change
            let elements = loHa.Rank * loHa.Rank * (loHa.W1A.shape[0] + loHa.W1B.shape[1])
            where loHa.W1A.grad is not null && weightsPerFactor * elements <= adapter.Layer.Count
            group loHa by (Outputs: loHa.W1A.shape[0], Inputs: loHa.W1B.shape[1], loHa.Rank, loHa.Scale, adapter.Layer.Type);
        return new([.. groups.Select(alike => new AlikeFactors([.. alike], alike.Key.Scale, alike.Key.Type))]);
    }

    /// <summary>The bytes of the factors and their gradients.</summary>
    public long Bytes => groups.Sum(group => group.Bytes);

    /// <summary>Computes them before a pass, for every LoHa to use.</summary>
    public void Fill()
    {
        using var ungraded = no_grad();
        foreach (var group in groups)
            group.Fill();
    }

    /// <summary>Adds the factors' gradients to those of the weights, after a pass. Each LoHa computes its own factors again.</summary>
    public void TakeBack()
    {
        using var ungraded = no_grad();
        foreach (var group in groups)
            group.TakeBack();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var group in groups)
            group.Dispose();
    }

    // Those of n adapters of one shape: down [n, r, r, in] and up [n, out, r, r], in the layers' type.
    private sealed class AlikeFactors : IDisposable
    {
        private readonly IReadOnlyList<AcceleratedLoHa> members;
        private readonly double scale;
        private readonly Tensor down, up, downGradient, upGradient;
        private readonly List<Tensor> views = [];
        private readonly List<(Tensor Down, Tensor Up)> leaves = [];
        private readonly List<Tensor> gradients;

        public AlikeFactors(IReadOnlyList<AcceleratedLoHa> members, double scale, ScalarType dtype)
        {
            (this.members, this.scale) = (members, scale);
            var (count, rank, first) = (members.Count, members[0].Rank, members[0]);
            var device = first.W1A.device;
            down = Room(count, rank, rank, first.W1B.shape[1]);
            up = Room(count, first.W1A.shape[0], rank, rank);
            downGradient = Room(down.shape);
            upGradient = Room(up.shape);
            for (var i = 0; i < count; i++)
                leaves.Add((Leaf(down, downGradient, i, rank * rank, -1), Leaf(up, upGradient, i, -1, rank * rank)));
            foreach (var member in members)
                member.IsMadeAhead = true;
            gradients = [.. members.SelectMany(lo => new[] { lo.W1A, lo.W1B, lo.W2A, lo.W2B }).Select(weight => Kept(weight.grad!))];

            Tensor Room(params long[] shape) => zeros(shape, dtype, device).DetachFromDisposeScope();
        }

        public long Bytes => 2 * (down.numel() + up.numel()) * down.element_size();

        public void Fill()
        {
            using var scope = NewDisposeScope();
            var (w1A, w1B, w2A, w2B) = Stacked();
            down.copy_(w1B.unsqueeze(2) * w2B.unsqueeze(1));
            up.copy_(w1A.unsqueeze(3) * (scale == 1 ? w2A : w2A * scale).unsqueeze(2));
            downGradient.zero_();
            upGradient.zero_();
            for (var i = 0; i < members.Count; i++)
                members[i].Made = leaves[i];
        }

        public void TakeBack()
        {
            using var scope = NewDisposeScope();
            var (w1A, w1B, w2A, w2B) = Stacked();
            var (ofDown, ofUp) = (downGradient.to_type(ScalarType.Float32), upGradient.to_type(ScalarType.Float32));
            var (to1A, to1B) = ((ofUp * w2A.unsqueeze(2)).sum([3]), (ofDown * w2B.unsqueeze(1)).sum([2]));
            var (to2A, to2B) = ((ofUp * w1A.unsqueeze(3)).sum([2]), (ofDown * w1B.unsqueeze(2)).sum([1]));
            if (scale != 1)
            {
                to1A.mul_(scale);
                to2A.mul_(scale);
            }

            var terms = new[] { to1A, to1B, to2A, to2B }.Select(all => all.to_type(gradients[0].dtype).unbind()).ToArray();
            ManyTensors.AddInPlace(gradients, [.. members.SelectMany((_, i) => terms.Select(of => of[i]))]);
            foreach (var member in members)
                member.Made = null;
        }

        public void Dispose()
        {
            foreach (var tensor in views.Concat([down, up, downGradient, upGradient]))
                tensor.Dispose();
        }

        private (Tensor W1A, Tensor W1B, Tensor W2A, Tensor W2B) Stacked() =>
            (Stack(lo => lo.W1A), Stack(lo => lo.W1B), Stack(lo => lo.W2A), Stack(lo => lo.W2B));

        private Tensor Stack(Func<AcceleratedLoHa, Tensor> factor) => Widened.Read(stack(members.Select(factor)));

        private Tensor Leaf(Tensor all, Tensor gradients, int index, long rows, long columns)
        {
            var leaf = Kept(all.select(0, index).view(rows, columns).detach()).requires_grad_();
            leaf.grad = Kept(gradients.select(0, index).view(rows, columns));
            return leaf;
        }

        private Tensor Kept(Tensor view)
        {
            views.Add(view.DetachFromDisposeScope());
            return view;
        }
    }
}
