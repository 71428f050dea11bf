namespace LoraBuild.Imaging.Vips;

/// <summary>A reference to a libvips image, given back on disposal.</summary>
internal sealed class VipsImage : IDisposable
{
    private readonly nint image;

    private VipsImage(nint image) => this.image = image;

    /// <summary>The image of a call that returned this status; null, and libvips' error buffer empty, where it failed.</summary>
    public static VipsImage? From(int status, nint image) => From(status == 0 ? image : 0);

    /// <inheritdoc cref="From(int, nint)"/>
    public static VipsImage? From(nint image)
    {
        if (image != 0)
            return new VipsImage(image);
        NativeMethods.vips_error_clear();
        return null;
    }

    /// <summary>The native pointer, valid until this is disposed.</summary>
    public static implicit operator nint(VipsImage image) => image.image;

    /// <inheritdoc/>
    public void Dispose() => NativeMethods.g_object_unref(image);
}
