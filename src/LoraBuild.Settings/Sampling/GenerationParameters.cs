using System.Globalization;
using System.Text;

namespace LoraBuild.Settings.Sampling;

/// <summary>The settings that a picture was drawn with, as stable-diffusion-webui writes them into it and reads them back.</summary>
public static class GenerationParameters
{
    /// <summary>The keyword of the PNG's text chunk.</summary>
    public const string Keyword = "parameters";

    // stable-diffusion-webui shows so many digits of a checkpoint's SHA-256.
    private const int HashDigits = 10;

    /// <summary>The text: the prompt, the negative prompt where there is one, and a line of settings.</summary>
    /// <param name="request">The request that the picture answers.</param>
    /// <param name="modelName">The checkpoint's file name without extension.</param>
    /// <param name="modelSha256">The checkpoint's SHA-256 in hexadecimal digits.</param>
    public static string Of(PictureRequest request, string modelName, string modelSha256)
    {
        var text = new StringBuilder(request.Prompt);
        if (request.NegativePrompt.Length > 0)
            text.Append("\nNegative prompt: ").Append(request.NegativePrompt);
        text.Append(
            CultureInfo.InvariantCulture,
            $"\nSteps: {request.Steps}, Sampler: {SamplerNames.Shown(request.Sampler)}, CFG scale: {request.Guidance}");
        text.Append(
            CultureInfo.InvariantCulture,
            $", Seed: {request.Seed}, Size: {request.Width}x{request.Height}");
        text.Append($", Model hash: {modelSha256[..HashDigits]}, Model: {Quoted(modelName)}");
        if (request.ClipSkip > 1)
            text.Append(CultureInfo.InvariantCulture, $", Clip skip: {request.ClipSkip}");
        return text.ToString();
    }

    // stable-diffusion-webui quotes what would end a value.
    private static string Quoted(string value) =>
        value.AsSpan().IndexOfAny(",:\n") < 0
            ? value
            : $"\"{value.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
