using LoraBuild.Base.Diagnostics;
using LoraBuild.Pages.Evaluation;

namespace LoraBuild.Pages.Tests.Evaluation;

public class EvaluationNotesTests
{
    [Fact]
    public void Empty_lines_part_paragraphs()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "notes.txt");
        File.WriteAllText(file, "Fewer steps:\r\nless of her.\r\n\r\n\r\nMore of others: \n\n");

        Assert.Equal(["Fewer steps: less of her.", "More of others:"], EvaluationNotes.Read(file));
    }

    [Fact]
    public void A_missing_file_is_an_error() =>
        Assert.Equal(
            DiagnosticCode.CannotRead, Assert.Throws<LoraBuildException>(() => EvaluationNotes.Read("/nowhere/notes.txt")).Diagnostic.Code);
}
