using Mono.Cecil;

namespace LoraBuild.Layering.Tests;

/// <summary>
/// Dependencies point down only: from project to project along the staircase of src/README.md, and from folder to folder within one.
/// </summary>
public class LayeringTests
{
    // A project refers to projects before it, and to nothing else of ours. What stands after the colon it must not know although it is
    // lower.
    private static readonly (string Project, string[] Unknown)[] Staircase =
    [
        ("Base", []),
        ("Dataset", []),
        ("Settings", []),
        ("Incremental", ["Dataset", "Settings"]),
        ("Protocol", []),
        ("Pages", []),
        ("Imaging", ["Settings", "Incremental", "Protocol", "Pages"]),
        ("Tagging", ["Settings", "Incremental", "Protocol", "Pages"]),
        ("Torch", ["Base", "Dataset", "Settings", "Incremental", "Protocol", "Pages", "Imaging", "Tagging"]),
        ("Diffusion", ["Pages", "Imaging", "Tagging"]),
        ("Training", ["Pages", "Tagging"]),
        ("Worker", ["Pages"]),
        ("Tasks", ["Imaging", "Tagging", "Torch", "Diffusion", "Training", "Worker"]),
    ];

    public static TheoryData<string> Projects => [.. Staircase.Select(step => step.Project)];

    [Fact]
    public void Every_assembly_of_ours_has_its_place_on_the_staircase() => Assert.Equal(
        Staircase.Select(step => $"LoraBuild.{step.Project}").Order(StringComparer.Ordinal),
        Directory.GetFiles(AppContext.BaseDirectory, "LoraBuild.*.dll").Select(file => Path.GetFileNameWithoutExtension(file)!)
            .Where(name => !name.EndsWith(".Tests", StringComparison.Ordinal)).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_refers_to_projects_below_it(string project)
    {
        var place = Array.FindIndex(Staircase, step => step.Project == project);
        var below = Staircase[..place].Select(step => step.Project).Except(Staircase[place].Unknown).Select(name => $"LoraBuild.{name}");
        Assert.Empty(References(project).Where(name => name.StartsWith("LoraBuild.", StringComparison.Ordinal)).Except(below));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Only_tasks_know_MSBuild(string project) => Assert.Equal(
        project == "Tasks", References(project).Any(name => name.StartsWith("Microsoft.Build", StringComparison.Ordinal)));

    [Theory]
    [MemberData(nameof(Projects))]
    public void Folders_of_a_project_use_each_other_one_way(string project)
    {
        var cycle = NamespaceGraph.Of(FileOf(project)).FindCycle();
        Assert.True(cycle is null, $"Turn one of these round, or move a type to where it belongs:\n{string.Join('\n', cycle ?? [])}");
    }

    [Fact]
    public void A_cycle_is_found_with_its_reasons()
    {
        var graph = new NamespaceGraph();
        graph.Add("A", "B", "a uses b");
        graph.Add("B", "C", "b uses c");
        Assert.Null(graph.FindCycle());
        graph.Add("C", "A", "c uses a");
        Assert.Equal(["A -> B (a uses b)", "B -> C (b uses c)", "C -> A (c uses a)"], graph.FindCycle());
    }

    private static string FileOf(string project) => Path.Combine(AppContext.BaseDirectory, $"LoraBuild.{project}.dll");

    private static IEnumerable<string> References(string project)
    {
        using var module = ModuleDefinition.ReadModule(FileOf(project));
        return [.. module.AssemblyReferences.Select(reference => reference.Name)];
    }
}
