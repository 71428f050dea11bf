namespace LoraBuild.Protocol.Previews;

/// <summary>A preview on disk.</summary>
/// <param name="Name">Its file name.</param>
/// <param name="Sha256">The SHA-256 of its bytes, in hexadecimal digits.</param>
public sealed record PreviewFile(string Name, string Sha256);
