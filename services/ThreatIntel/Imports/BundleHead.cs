using Stix.Bundles;

namespace Platform.ThreatIntel.Imports;

/// <summary>Looks at the first bytes of a body: what is no bundle is refused before anything is kept.</summary>
internal static class BundleHead
{
    /// <summary>How much of a body is looked at.</summary>
    public const int Length = 256 * 1024;

    /// <summary>What is wrong, or null.</summary>
    /// <param name="head">The first bytes.</param>
    /// <param name="isWhole">Whether that is all of the body; then it must be JSON to its end.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task<string?> CheckAsync(ReadOnlyMemory<byte> head, bool isWhole, CancellationToken ct)
    {
        using var stream = new HeadStream(head.ToArray(), isWhole);
        using var reader = new BundleReader(stream);
        try
        {
            while (await reader.ReadAsync(ct))
            {
                if (!isWhole)
                {
                    return null;
                }

                if (reader.Current.Fault is { IsFatal: true } fault)
                {
                    return $"{fault.Path}: {fault.Message}";
                }
            }

            return null;
        }
        catch (EndOfStreamException)
        {
            return null; // nothing is wrong as far as was looked at
        }
        catch (NotABundleException exception)
        {
            return exception.Message;
        }
    }

    /// <summary>Says clearly where the head ends, so that it is not taken for the end of the text.</summary>
    private sealed class HeadStream(byte[] head, bool isWhole) : MemoryStream(head, writable: false)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Position == Length && !isWhole ? throw new EndOfStreamException() : base.ReadAsync(buffer, cancellationToken);
    }
}
