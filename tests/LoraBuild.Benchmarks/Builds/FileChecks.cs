namespace LoraBuild.Benchmarks.Builds;

/// <summary>make and ninja asked whether one file is newer than many: what these do for so many files and nothing else.</summary>
internal sealed class FileChecks
{
    private static readonly (string Command, string Package)[] Tools = [("make", "make"), ("ninja", "ninja-build")];

    private readonly string folder;

    /// <summary>Writes a Makefile and a build.ninja with these files as inputs, and brings their one output up to date.</summary>
    public FileChecks(string folder, IReadOnlyList<string> files)
    {
        this.folder = folder;
        // Without its rules of thumb: with them, make looks for a source of every picture.
        var inputs = string.Join(' ', files);
        File.WriteAllText(Path.Combine(folder, "Makefile"), $"MAKEFLAGS += --no-builtin-rules\nmake.out: {inputs}\n\ttouch $@\n");
        File.WriteAllText(Path.Combine(folder, "build.ninja"), $"rule touch\n  command = touch $out\nbuild ninja.out: touch {inputs}\n");
        Installed = [.. Tools.Where(tool => TimedCommand.Exists(tool.Command)).Select(tool => tool.Command)];
        foreach (var tool in Installed)
            Seconds(tool);
        foreach (var (command, package) in Tools.Where(tool => !Installed.Contains(tool.Command)))
            Console.WriteLine($"{command} is not installed, so it is not compared with. On Debian: apt-get install {package}");
    }

    /// <summary>Which of the two are there.</summary>
    public IReadOnlyList<string> Installed { get; }

    /// <summary>The seconds that one of them takes.</summary>
    public double Seconds(string tool) => TimedCommand.Run(folder, tool);
}
