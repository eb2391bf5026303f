using System.Buffers;
using System.Diagnostics;
using Microsoft.Extensions.Options;
using Platform.Contracts;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Storage;

namespace Platform.ThreatIntel.Imports;

/// <summary>
/// Takes a bundle: its bytes are on the disk and its row is committed before it is acknowledged, so that nothing that
/// was acknowledged can be lost.
/// </summary>
internal sealed class ReceiveImport(
    ThreatIntelDb db, ImportSpool spool, ImportQueue queue, TimeProvider clock, IOptions<ThreatIntelOptions> options)
{
    /// <summary>Keeps a body and queues its import.</summary>
    /// <exception cref="FaultException">The body is empty, too large or not a bundle.</exception>
    public async Task<Import> ReceiveAsync(Stream body, string format, Caller caller, CancellationToken ct, Guid? importId = null)
    {
        var import = new Import
        {
            Id = importId ?? Guid.CreateVersion7(clock.GetUtcNow()),
            TenantId = caller.TenantId,
            Format = format,
            Actor = caller.Subject,
            Clearance = caller.Clearance,
            TraceParent = Activity.Current?.Id,
            CreatedAt = clock.GetUtcNow(),
        };
        var file = spool.Create(import.TenantId, import.Id);
        try
        {
            await using (file)
            {
                import.SizeBytes = await WriteAsync(body, file, ct);
                spool.Keep(file, import.TenantId, import.Id);
            }
        }
        catch
        {
            spool.Delete(import.TenantId, import.Id);
            throw;
        }

        // Not given up half-way: a row without its file would wait for ever. A file without a row is cleared later.
        db.Imports.Add(import);
        await db.SaveChangesAsync(CancellationToken.None);
        queue.Add(import.TenantId, import.Id);
        return import;
    }

    private async Task<long> WriteAsync(Stream body, FileStream file, CancellationToken ct)
    {
        var head = new ArrayBufferWriter<byte>(BundleHead.Length);
        var isChecked = false;
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 16);
        long size = 0;
        try
        {
            int read;
            while ((read = await body.ReadAsync(buffer, ct)) > 0)
            {
                size += read;
                if (size > options.Value.MaxImportBytes)
                {
                    throw new FaultException(new Fault(ErrorCodes.PayloadTooLarge, $"A bundle has at most {options.Value.MaxImportBytes} bytes."));
                }

                if (!isChecked)
                {
                    head.Write(buffer.AsSpan(0, Math.Min(read, BundleHead.Length - head.WrittenCount)));
                    isChecked = head.WrittenCount == BundleHead.Length;
                    if (isChecked)
                    {
                        Refuse(await BundleHead.CheckAsync(head.WrittenMemory, isWhole: false, ct));
                    }
                }

                await file.WriteAsync(buffer.AsMemory(0, read), ct);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        if (!isChecked)
        {
            Refuse(await BundleHead.CheckAsync(head.WrittenMemory, isWhole: true, ct));
        }

        return size;
    }

    private static void Refuse(string? fault)
    {
        if (fault is not null)
        {
            throw new FaultException(new Fault(ErrorCodes.MalformedRequest, $"The body is not a STIX bundle. {fault}"));
        }
    }
}
