using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.IO;

namespace Otlp;

/// <summary>Reads a body into pooled memory, unpacked, and never more of it than allowed.</summary>
internal static class OtlpBody
{
    private const int PieceBytes = 64 * 1024;

    private static readonly RecyclableMemoryStreamManager Memory = new(new RecyclableMemoryStreamManager.Options
    {
        BlockSize = PieceBytes,
        MaximumSmallPoolFreeBytes = 32 * 1024 * 1024,
        MaximumLargePoolFreeBytes = 0,
    });

    /// <summary>The whole request, or null when it is larger than <paramref name="limit"/>, packed or unpacked.</summary>
    public static async Task<RecyclableMemoryStream?> ReadAsync(HttpRequest request, bool gzip, int limit)
    {
        // The server's own limit is smaller and counts packed bytes; ours takes its place. It is wider than what is taken, so that the
        // rest of a body that is a little too large is read away and its sender gets to see the answer instead of a closed connection.
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = 2L * limit;
        }

        if (request.ContentLength > limit)
        {
            return null;
        }

        return gzip
            ? await UnpackAsync(request.Body, limit, request.HttpContext.RequestAborted)
            : await CopyAsync(request.Body, limit, request.HttpContext.RequestAborted);
    }

    /// <summary>The same for a body that is gzip (RFC 1952).</summary>
    public static async Task<RecyclableMemoryStream?> UnpackAsync(Stream packed, int limit, CancellationToken cancellationToken)
    {
        await using var unpacked = new GZipStream(packed, CompressionMode.Decompress, leaveOpen: true);
        return await CopyAsync(unpacked, limit, cancellationToken);
    }

    private static async Task<RecyclableMemoryStream?> CopyAsync(Stream from, int limit, CancellationToken cancellationToken)
    {
        var copy = Memory.GetStream();
        try
        {
            while (true)
            {
                var read = await from.ReadAsync(copy.GetMemory(1), cancellationToken);
                if (read == 0)
                {
                    break;
                }

                copy.Advance(read);
                if (copy.Length > limit)
                {
                    await copy.DisposeAsync();
                    return null;
                }
            }

            copy.Position = 0;
            return copy;
        }
        catch
        {
            await copy.DisposeAsync();
            throw;
        }
    }
}
