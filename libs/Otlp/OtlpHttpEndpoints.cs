using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Otlp.V1;

namespace Otlp;

/// <summary>OTLP/HTTP (OTLP 1.x, section "OTLP/HTTP"): binary protobuf and JSON, plain or gzip.</summary>
public static class OtlpHttpEndpoints
{
    private const string Protobuf = "application/x-protobuf";
    private const string Json = "application/json";

    /// <summary>
    /// Maps <c>POST /v1/traces</c>, <c>/v1/logs</c> and <c>/v1/metrics</c>. Answers 200 with the partial success, 400 for what cannot be
    /// decoded, 401 without the key, 413 above the limit, 415 for another type or encoding; refusals carry a <c>google.rpc.Status</c>.
    /// </summary>
    public static IEndpointRouteBuilder MapOtlpHttp(this IEndpointRouteBuilder endpoints, OtlpSink sink, OtlpReceiverOptions options)
    {
        var gate = new SemaphoreSlim(options.MaxConcurrency);
        foreach (var signal in OtlpSignal.Of(sink))
        {
            endpoints.MapPost(signal.Path, (HttpContext context) => ExportAsync(context, signal, options, gate));
        }

        return endpoints;
    }

    private static async Task ExportAsync(HttpContext context, OtlpSignal signal, OtlpReceiverOptions options, SemaphoreSlim gate)
    {
        var request = context.Request;
        var type = request.ContentType?.Split(';')[0].Trim();
        var json = string.Equals(type, Json, StringComparison.OrdinalIgnoreCase);
        if (!OtlpKey.IsShown(request, options.ApiKey))
        {
            await RefuseAsync(context, json, StatusCodes.Status401Unauthorized, GrpcStatus.Unauthenticated, $"The header {OtlpReceiverOptions.ApiKeyHeader} does not carry the key.");
            return;
        }

        if (!json && !string.Equals(type, Protobuf, StringComparison.OrdinalIgnoreCase))
        {
            await RefuseAsync(context, json, StatusCodes.Status415UnsupportedMediaType, GrpcStatus.InvalidArgument, $"The content type must be {Protobuf} or {Json}.");
            return;
        }

        var encoding = request.Headers.ContentEncoding.ToString();
        if (encoding is not ("" or "identity" or "gzip"))
        {
            await RefuseAsync(context, json, StatusCodes.Status415UnsupportedMediaType, GrpcStatus.InvalidArgument, "The content encoding must be gzip or none.");
            return;
        }

        await gate.WaitAsync(context.RequestAborted);
        try
        {
            await using var body = await OtlpBody.ReadAsync(request, encoding == "gzip", options.MaxBodyBytes);
            if (body is null)
            {
                await RefuseAsync(context, json, StatusCodes.Status413PayloadTooLarge, GrpcStatus.ResourceExhausted, $"An export may have {options.MaxBodyBytes} bytes, unpacked.");
                return;
            }

            await WriteAsync(context, json, StatusCodes.Status200OK, signal.Take(body.GetReadOnlySequence(), json));
        }
        catch (Exception e) when (e is OtlpFormatException or InvalidDataException)
        {
            await RefuseAsync(context, json, StatusCodes.Status400BadRequest, GrpcStatus.InvalidArgument, e.Message);
        }
        catch (BadHttpRequestException e)
        {
            await RefuseAsync(context, json, e.StatusCode, GrpcStatus.InvalidArgument, e.Message);
        }
        finally
        {
            gate.Release();
        }
    }

    private static Task RefuseAsync(HttpContext context, bool json, int status, GrpcStatus code, string message)
        => WriteAsync(context, json, status, new RpcStatus { Code = (int)code, Message = message });

    private static async Task WriteAsync(HttpContext context, bool json, int status, IMessage message)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = json ? Json : Protobuf;
        if (json)
        {
            await context.Response.WriteAsync(JsonFormatter.Default.Format(message), context.RequestAborted);
            return;
        }

        context.Response.ContentLength = message.CalculateSize();
        await context.Response.Body.WriteAsync(message.ToByteArray(), context.RequestAborted);
    }
}
