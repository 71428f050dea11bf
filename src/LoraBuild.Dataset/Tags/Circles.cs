namespace LoraBuild.Dataset.Tags;

/// <summary>The parts of a graph that lead back to themselves.</summary>
/// <remarks>R. Tarjan, Depth-first search and linear graph algorithms, 1972; with a stack of its own, since a chain may be long.</remarks>
internal static class Circles
{
    /// <summary>Every node that lies on a circle of at least two nodes, or that leads to itself. Linear in nodes and ways.</summary>
    /// <param name="starts">The nodes to begin at.</param>
    /// <param name="next">The nodes that a node leads to.</param>
    /// <param name="comparer">Compares nodes.</param>
    public static HashSet<string> Of(IEnumerable<string> starts, Func<string, IEnumerable<string>> next, StringComparer comparer)
    {
        var found = new HashSet<string>(comparer);
        var nodes = new Dictionary<string, Node>(comparer);
        var way = new Stack<(Node Node, IEnumerator<string> Next)>();
        var open = new Stack<Node>();
        foreach (var start in starts)
        {
            if (nodes.ContainsKey(start)) continue;
            Enter(start);
            while (way.TryPeek(out var step))
            {
                if (!step.Next.MoveNext())
                {
                    Leave();
                    continue;
                }

                if (!nodes.TryGetValue(step.Next.Current, out var other)) Enter(step.Next.Current);
                else if (other == step.Node) found.Add(other.Name);
                else if (other.IsOpen) step.Node.Lowest = Math.Min(step.Node.Lowest, other.Index);
            }
        }

        return found;

        void Enter(string name)
        {
            var node = new Node(name, nodes.Count);
            nodes.Add(name, node);
            open.Push(node);
            way.Push((node, next(name).GetEnumerator()));
        }

        void Leave()
        {
            var (node, _) = way.Pop();
            if (way.TryPeek(out var before)) before.Node.Lowest = Math.Min(before.Node.Lowest, node.Lowest);
            if (node.Lowest < node.Index) return;
            var isCircle = open.Peek() != node;
            Node member;
            do
            {
                member = open.Pop();
                member.IsOpen = false;
                if (isCircle) found.Add(member.Name);
            }
            while (member != node);
        }
    }

    private sealed class Node(string name, int index)
    {
        public string Name { get; } = name;

        public int Index { get; } = index;

        public int Lowest { get; set; } = index;

        public bool IsOpen { get; set; } = true;
    }
}
