using Mono.Cecil;
using Mono.Cecil.Cil;

namespace LoraBuild.Layering.Tests;

/// <summary>
/// The folders of one assembly and which of them uses which: an edge for each namespace whose types name a type of another one.
/// </summary>
internal sealed class NamespaceGraph
{
    private readonly SortedDictionary<string, SortedDictionary<string, string>> edges = new(StringComparer.Ordinal);

    /// <summary>Adds an edge; the first reason for it is kept.</summary>
    /// <param name="from">The namespace that uses.</param>
    /// <param name="to">The namespace that is used.</param>
    /// <param name="reason">The types at both ends, for a message.</param>
    public void Add(string from, string to, string reason)
    {
        if (from == to)
            return;
        if (!edges.TryGetValue(from, out var used))
            edges[from] = used = new(StringComparer.Ordinal);
        used.TryAdd(to, reason);
    }

    /// <summary>Reads the edges off an assembly: base types, members' types, and every type that a method's instructions name.</summary>
    /// <param name="path">The assembly's file. Generated code counts by the type that it belongs to.</param>
    public static NamespaceGraph Of(string path)
    {
        var graph = new NamespaceGraph();
        using var module = ModuleDefinition.ReadModule(path);
        var root = module.Assembly.Name.Name;
        foreach (var type in module.GetTypes())
        {
            var from = Outermost(type);
            foreach (var used in Used(type).SelectMany(Parts))
            {
                var to = Outermost(used);
                if (to.Scope == module && IsWithin(from.Namespace, root) && IsWithin(to.Namespace, root))
                    graph.Add(from.Namespace, to.Namespace, $"{from.Name} uses {to.Name}");
            }
        }

        return graph;
    }

    /// <summary>The namespaces of one cycle with a reason for each edge, or null where there is none.</summary>
    public IReadOnlyList<string>? FindCycle()
    {
        var done = new HashSet<string>(StringComparer.Ordinal);
        var path = new List<string>();
        return edges.Keys.Select(Visit).FirstOrDefault(cycle => cycle is not null);

        IReadOnlyList<string>? Visit(string node)
        {
            if (path.IndexOf(node) is var start && start >= 0)
            {
                var cycle = path[start..].Append(node).ToList();
                return [.. cycle.Zip(cycle.Skip(1), (from, to) => $"{from} -> {to} ({edges[from][to]})")];
            }

            if (!done.Add(node) || !edges.TryGetValue(node, out var used))
                return null;
            path.Add(node);
            var found = used.Keys.Select(Visit).FirstOrDefault(cycle => cycle is not null);
            path.RemoveAt(path.Count - 1);
            return found;
        }
    }

    private static bool IsWithin(string name, string root) => name == root || name.StartsWith(root + ".", StringComparison.Ordinal);

    private static TypeReference Outermost(TypeReference type)
    {
        while (type.DeclaringType is { } outer)
            type = outer;
        return type;
    }

    private static IEnumerable<TypeReference> Used(TypeDefinition type)
    {
        if (type.BaseType is { } parent)
            yield return parent;
        foreach (var contract in type.Interfaces)
            yield return contract.InterfaceType;
        foreach (var field in type.Fields)
            yield return field.FieldType;
        foreach (var method in type.Methods)
        {
            yield return method.ReturnType;
            foreach (var parameter in method.Parameters)
                yield return parameter.ParameterType;
            if (!method.HasBody)
                continue;
            foreach (var variable in method.Body.Variables)
                yield return variable.VariableType;
            foreach (var used in method.Body.Instructions.SelectMany(Named))
                yield return used;
        }
    }

    private static IEnumerable<TypeReference> Named(Instruction instruction) => instruction.Operand switch
    {
        TypeReference type => [type],
        GenericInstanceMethod method => [method.DeclaringType, .. method.GenericArguments],
        MemberReference member => [member.DeclaringType],
        _ => [],
    };

    // A list of pictures uses pictures.
    private static IEnumerable<TypeReference> Parts(TypeReference type) => type switch
    {
        GenericInstanceType generic => generic.GenericArguments.SelectMany(Parts).Append(generic.ElementType),
        FunctionPointerType pointer =>
            pointer.Parameters.Select(parameter => parameter.ParameterType).Append(pointer.ReturnType).SelectMany(Parts),
        TypeSpecification specification => Parts(specification.ElementType),
        GenericParameter => [],
        _ => [type],
    };
}
