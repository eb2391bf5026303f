using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Platform.GraphQL.Http;

/// <summary>Reads what a request over HTTP asks for: one request of the engine, or a batch of them.</summary>
internal static class RequestReader
{
    /// <exception cref="BadRequestException">It cannot be read.</exception>
    public static async Task<(IReadOnlyList<RequestParameters> Requests, bool IsBatch)> ReadAsync(HttpContext context, GraphQLHttpOptions options)
    {
        try
        {
            return HttpMethods.IsGet(context.Request.Method)
                ? ([RequestParameters.Of(context.Request.Query)], false)
                : await ReadBodyAsync(context, options);
        }
        catch (FormatException fault)
        {
            throw new BadRequestException(StatusCodes.Status400BadRequest, fault.Message);
        }
        catch (JsonException)
        {
            throw new BadRequestException(StatusCodes.Status400BadRequest, "The request is not JSON.");
        }
    }

    private static async Task<(IReadOnlyList<RequestParameters> Requests, bool IsBatch)> ReadBodyAsync(HttpContext context, GraphQLHttpOptions options)
    {
        if (!IsJson(context.Request))
        {
            throw new BadRequestException(StatusCodes.Status415UnsupportedMediaType, "The body of a request is application/json in UTF-8.");
        }

        var json = JsonElement.Parse(await BodyAsync(context, options.MaxBody));
        if (json.ValueKind != JsonValueKind.Array)
        {
            return ([RequestParameters.Of(json)], false);
        }

        var count = json.GetArrayLength();
        if (count == 0 || count > options.MaxBatch)
        {
            throw new BadRequestException(
                count == 0 ? StatusCodes.Status400BadRequest : StatusCodes.Status422UnprocessableEntity,
                $"A batch has 1 to {options.MaxBatch} requests.",
                count == 0 ? "MALFORMED_REQUEST" : GraphQLEngine.TooExpensive);
        }

        return ([.. json.EnumerateArray().Select(RequestParameters.Of)], true);
    }

    private static bool IsJson(HttpRequest request) =>
        Microsoft.Net.Http.Headers.MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
        && (!type.Charset.HasValue || type.Charset.Value!.Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase));

    private static async Task<byte[]> BodyAsync(HttpContext context, int limit)
    {
        var tooLarge = new BadRequestException(StatusCodes.Status413PayloadTooLarge, $"The body is longer than {limit} bytes.", "PAYLOAD_TOO_LARGE");
        if (context.Request.ContentLength > limit)
        {
            throw tooLarge;
        }

        var reader = context.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(context.RequestAborted);
            if (read.Buffer.Length > limit)
            {
                throw tooLarge;
            }

            if (read.IsCompleted)
            {
                var body = read.Buffer.ToArray();
                reader.AdvanceTo(read.Buffer.End);
                return body;
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }
}

/// <summary>A request that is none.</summary>
internal sealed class BadRequestException(int status, string message, string code = "MALFORMED_REQUEST") : Exception(message)
{
    public int Status { get; } = status;

    public GraphQLError Error { get; } = new(message) { Code = code };
}
