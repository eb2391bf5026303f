using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.IO;

namespace Otlp;

/// <summary>Codes of gRPC that this receiver answers with (https://grpc.io/docs/guides/status-codes/).</summary>
internal enum GrpcStatus
{
    Ok = 0,
    InvalidArgument = 3,
    ResourceExhausted = 8,
    Unimplemented = 12,
    Unauthenticated = 16,
}

/// <summary>
/// OTLP/gRPC: the one unary call of each service, in the framing of "gRPC over HTTP/2"
/// (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md). Needs a listener that speaks HTTP/2.
/// </summary>
public static class OtlpGrpcEndpoints
{
    private const int PrefixBytes = 5;
    private const string Grpc = "application/grpc";

    /// <summary>Maps <c>Export</c> of the trace, logs and metrics services; every other call is UNIMPLEMENTED.</summary>
    public static IEndpointRouteBuilder MapOtlpGrpc(this IEndpointRouteBuilder endpoints, OtlpSink sink, OtlpReceiverOptions options)
    {
        var gate = new SemaphoreSlim(options.MaxConcurrency);
        foreach (var signal in OtlpSignal.Of(sink))
        {
            endpoints.MapPost($"/{signal.Service}/Export", (HttpContext context) => ExportAsync(context, signal, options, gate));
        }

        endpoints.MapFallback((HttpContext context) =>
        {
            if (IsGrpc(context.Request))
            {
                return Refuse(context, GrpcStatus.Unimplemented, "There is no such call.");
            }

            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
        return endpoints;
    }

    private static async Task ExportAsync(HttpContext context, OtlpSignal signal, OtlpReceiverOptions options, SemaphoreSlim gate)
    {
        if (!IsGrpc(context.Request) || context.Request.Protocol != HttpProtocol.Http2)
        {
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }

        if (!OtlpKey.IsShown(context.Request, options.ApiKey))
        {
            await Refuse(context, GrpcStatus.Unauthenticated, $"The metadata {OtlpReceiverOptions.ApiKeyHeader} does not carry the key.");
            return;
        }

        await gate.WaitAsync(context.RequestAborted);
        try
        {
            await using var frame = await OtlpBody.ReadAsync(context.Request, gzip: false, options.MaxBodyBytes + PrefixBytes);
            var tooLarge = $"A message may have {options.MaxBodyBytes} bytes, unpacked.";
            if (frame is null)
            {
                await Refuse(context, GrpcStatus.ResourceExhausted, tooLarge);
                return;
            }

            if (!TryReadPrefix(frame, out var packed))
            {
                await Refuse(context, GrpcStatus.InvalidArgument, "The call must carry exactly one message.");
                return;
            }

            if (packed && context.Request.Headers["grpc-encoding"] != "gzip")
            {
                context.Response.Headers["grpc-accept-encoding"] = "identity,gzip";
                await Refuse(context, GrpcStatus.Unimplemented, "Messages may be packed by gzip only.");
                return;
            }

            frame.Position = PrefixBytes;
            await using var unpacked = packed ? await OtlpBody.UnpackAsync(frame, options.MaxBodyBytes, context.RequestAborted) : null;
            if (packed && unpacked is null)
            {
                await Refuse(context, GrpcStatus.ResourceExhausted, tooLarge);
                return;
            }

            var message = unpacked?.GetReadOnlySequence() ?? frame.GetReadOnlySequence().Slice(PrefixBytes);
            await WriteAsync(context, signal.Take(message, json: false));
        }
        catch (Exception e) when (e is OtlpFormatException or InvalidDataException)
        {
            await Refuse(context, GrpcStatus.InvalidArgument, e.Message);
        }
        catch (BadHttpRequestException e)
        {
            await Refuse(context, GrpcStatus.ResourceExhausted, e.Message);
        }
        finally
        {
            gate.Release();
        }
    }

    private static bool IsGrpc(HttpRequest request) => request.ContentType is { } type
        && (type == Grpc || type == Grpc + "+proto" || type.StartsWith(Grpc + ";", StringComparison.Ordinal));

    // One byte whether the message is packed, four its length, most significant first.
    private static bool TryReadPrefix(RecyclableMemoryStream frame, out bool packed)
    {
        Span<byte> prefix = stackalloc byte[PrefixBytes];
        packed = false;
        if (frame.Length < PrefixBytes)
        {
            return false;
        }

        frame.GetReadOnlySequence().Slice(0, PrefixBytes).CopyTo(prefix);
        packed = prefix[0] == 1;
        return prefix[0] <= 1 && BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]) == frame.Length - PrefixBytes;
    }

    private static async Task WriteAsync(HttpContext context, IMessage message)
    {
        context.Response.ContentType = Grpc;
        var size = message.CalculateSize();
        var frame = new byte[PrefixBytes + size];
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)size);
        message.WriteTo(frame.AsSpan(PrefixBytes));
        await context.Response.Body.WriteAsync(frame, context.RequestAborted);
        context.Response.AppendTrailer("grpc-status", "0");
    }

    // Without a message the status goes into the headers ("Trailers-Only").
    private static Task Refuse(HttpContext context, GrpcStatus status, string message)
    {
        context.Response.ContentType = Grpc;
        context.Response.Headers["grpc-status"] = ((int)status).ToString(CultureInfo.InvariantCulture);
        context.Response.Headers["grpc-message"] = Uri.EscapeDataString(message);
        return Task.CompletedTask;
    }
}
