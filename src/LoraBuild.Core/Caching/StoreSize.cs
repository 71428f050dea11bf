using System.Globalization;

namespace LoraBuild.Core.Caching;

/// <summary>
/// The size of a store, remembered in its file <c>size</c> so that a build need not walk through it: what the last count found, and what
/// builds have added since. It may be off by what was written twice or deleted as damaged; the next count puts it right.
/// </summary>
internal sealed class StoreSize(string root)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>Adds to the remembered size.</summary>
    /// <returns>The size in bytes; null where none is remembered, and the store must be counted.</returns>
    public long? Add(long bytes) => bytes == 0 ? Change(size => size) : Change(size => size + bytes);

    /// <summary>Remembers a size that was counted.</summary>
    public void Set(long bytes) => Change(_ => bytes);

    private long? Change(Func<long?, long?> change)
    {
        for (var waited = TimeSpan.Zero; waited < Patience; waited += Pause)
        {
            try
            {
                if (!Directory.Exists(root))
                    return 0;
                using var file = new FileStream(Path.Combine(root, "size"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                var text = new StreamReader(file).ReadToEnd();
                var before = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var known) ? known : (long?)null;
                var after = change(before);
                if (after is { } size && after != before)
                {
                    file.SetLength(0);
                    file.Write(System.Text.Encoding.ASCII.GetBytes(size.ToString(CultureInfo.InvariantCulture)));
                }

                return after;
            }
            catch (IOException)
            {
                // Another build has it at the moment.
                Thread.Sleep(Pause);
            }
            catch (UnauthorizedAccessException)
            {
                return null;
            }
        }

        return null;
    }
}
