using System.Globalization;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.CharacterFiles;
using LoraBuild.Settings.Sampling;
using LoraBuild.Settings;
using LoraBuild.Tasks.Steps;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>
/// DrawRegularizationImages: a file of prompts -> what the base model draws for them, each with its prompt as caption, memoised like every
/// step. What an earlier build drew and this one does not want is deleted.
/// </summary>
public sealed class DrawRegularizationImages : DrawingTask
{
    // Of small pictures as many as are drawn in little more time than one.
    private const int BatchSize = 4;

    /// <summary>The file of prompts; without it, nothing is drawn.</summary>
    public ITaskItem? Prompts { get; set; }

    /// <summary>The number of pictures, or nothing for one a prompt.</summary>
    public string Count { get; set; } = "";

    /// <summary>The folder for the pictures.</summary>
    [Required]
    public string Folder { get; set; } = "";

    /// <inheritdoc/>
    protected override void Run()
    {
        if (Prompts is not null)
            Draw(PathOf(Prompts)!);
        Session.Sweep(Folder);
    }

    private void Draw(string file)
    {
        if (ReadSettings() is not { } settings)
            return;
        // Known first and read then: what is written in between is a change for the next build.
        Session.State.HashInput(file);
        var requests = RegularizationPrompts.Read(
            file, Count.Length == 0 ? null : int.Parse(Count, CultureInfo.InvariantCulture), settings, out var problems);
        // Warnings were told by CheckSettings.
        foreach (var problem in problems.Where(problem => problem.Severity == Severity.Error))
            Report(problem);
        if (Log.HasLoggedErrors)
            return;

        var tally = Drawing(settings, BatchSize, "to draw regularisation images with", file).Draw([new DrawnSet(null, requests, Folder)]);
        if (Log.HasLoggedErrors)
            return;
        var source = Path.GetRelativePath(ProjectFolder, file).Replace(Path.DirectorySeparatorChar, '/');
        Session.RegularizationImages =
            [.. Session.RegularizationImages, .. requests.Select((request, place) => Picture(place, request, source))];
        Say(tally.Describe("DrawRegularizationImages"));
    }

    private ProjectPicture Picture(int place, PictureRequest request, string source)
    {
        var picture = RegularizationImage.Drawn(place, request.Prompt, source);
        return new ProjectPicture(picture.Id, picture.Source, Path.Combine(Folder, DrawingStep.NameOf(place)), picture.Repeats)
        {
            Class = picture.Class,
            Caption = request.Prompt,
        };
    }
}
