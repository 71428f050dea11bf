namespace LoraBuild.Pages.Evaluation;

/// <summary>The figures of one LoRA file.</summary>
/// <param name="File">Its name.</param>
/// <param name="Characters">Its figures, one a character.</param>
public sealed record EvaluatedFile(string File, IReadOnlyList<CharacterEvaluation> Characters)
{
    /// <summary>The figure that it is chosen by: the mean of <see cref="CharacterEvaluation.Score"/> over the characters.</summary>
    public double Score => Math.Round(Characters.Average(character => character.Score), 4);

    /// <summary>The file with the highest score; of equal ones the first, which was trained for the shortest time.</summary>
    /// <param name="files">The epochs in their order, the finished LoRA last; at least one.</param>
    public static EvaluatedFile Best(IReadOnlyList<EvaluatedFile> files) => files.MaxBy(file => file.Score)!;
}
