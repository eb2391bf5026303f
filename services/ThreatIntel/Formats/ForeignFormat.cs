using System.Buffers;
using Platform.Contracts;
using Platform.ServiceDefaults;

namespace Platform.ThreatIntel.Formats;

/// <summary>
/// Turns what is not STIX into a bundle, which then comes in like any other. Such bodies are read whole, so they have a
/// smaller limit than bundles, which are streamed.
/// </summary>
internal sealed class ForeignFormat(SettleVersions versions, TimeProvider clock)
{
    public const string Misp = "misp";
    public const string Csv = "csv";
    public const string Text = "text";

    /// <summary>The largest body of these formats, in bytes.</summary>
    public const int MaxBytes = 64 << 20;

    /// <summary>The bundle that the body says.</summary>
    /// <exception cref="FaultException">The body is too large, or not of the format at all.</exception>
    public async Task<Stream> ToBundleAsync(string format, Stream body, IQueryCollection query, CallContext call, CancellationToken ct)
    {
        var bytes = await ReadAsync(body, ct);
        var objects = format switch
        {
            Misp => MispEvents.Read(bytes),
            Csv => CsvIndicators.Read(bytes, query),
            _ => ReportText.Read(bytes, query["name"].ToString()),
        };
        return await versions.ToBundleAsync(objects, call, clock.GetUtcNow(), ct);
    }

    private static async Task<byte[]> ReadAsync(Stream body, CancellationToken ct)
    {
        using var memory = new MemoryStream();
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 16);
        try
        {
            int read;
            while ((read = await body.ReadAsync(buffer, ct)) > 0)
            {
                if (memory.Length + read > MaxBytes)
                {
                    throw new FaultException(new Fault(ErrorCodes.PayloadTooLarge, $"A body of this format has at most {MaxBytes} bytes."));
                }

                memory.Write(buffer, 0, read);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return memory.ToArray();
    }
}
