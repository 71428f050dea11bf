using System.Text.Json.Serialization;

namespace LoraBuild.Dataset.Edits;

/// <summary>An area of a picture that an <see cref="EraseEdit"/> paints over. Parts outside the picture are an error.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "shape")]
[JsonDerivedType(typeof(RectangleShape), "rect")]
[JsonDerivedType(typeof(CircleShape), "circle")]
[JsonDerivedType(typeof(PolygonShape), "polygon")]
[JsonDerivedType(typeof(FloodShape), "flood")]
public abstract record Shape;

/// <summary>A rectangle.</summary>
public sealed record RectangleShape(Rectangle Area) : Shape;

/// <summary>A disc. Fractions (all numbers within 0..1) are of the width for X and the radius, of the height for Y.</summary>
public sealed record CircleShape(double X, double Y, double Radius) : Shape;

/// <summary>A polygon of at least three points, even-odd rule; fractions where every number lies within 0..1.</summary>
public sealed record PolygonShape(IReadOnlyList<double[]> Points) : Shape;

/// <summary>
/// Every pixel that is 4-connected to (X, Y) through pixels whose channels all differ from the start pixel by at most
/// <paramref name="Tolerance"/> (0..255).
/// </summary>
public sealed record FloodShape(double X, double Y, int Tolerance) : Shape;
