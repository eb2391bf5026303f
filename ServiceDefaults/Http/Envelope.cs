using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.AspNetCore.Http;

namespace Platform.ServiceDefaults;

/// <summary>The v1 success answer.</summary>
/// <typeparam name="T">The resource.</typeparam>
public sealed record Envelope<T>(bool Success, T Data, string? Message, DateTimeOffset Timestamp, string RequestId);

/// <summary>Metadata: this endpoint's answers go out as they are, in either version (streams, downloads, protocol endpoints).</summary>
internal sealed class UnwrappedMetadata
{
    public static readonly UnwrappedMetadata Instance = new();
}

/// <summary>Wraps what v1 handlers return; faults and answers without a value pass.</summary>
internal sealed class EnvelopeFilter : IEndpointFilter
{
    private static readonly ConcurrentDictionary<Type, PropertyInfo?> LocationOf = new();

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var result = await next(context);
        while (result is INestedHttpResult nested)
        {
            result = nested.Result;
        }

        if (context.HttpContext.GetEndpoint()?.Metadata.GetMetadata<UnwrappedMetadata>() is not null)
        {
            return result;
        }

        return result switch
        {
            FaultResult => result,
            IValueHttpResult { Value: not null } valued when Status(valued) is >= 200 and < 300 and var status =>
                new EnvelopeResult(status, valued.Value, Location(valued)),
            IResult => result,
            null => result,
            _ => new EnvelopeResult(StatusCodes.Status200OK, result, null),
        };
    }

    private static int Status(IValueHttpResult result) => (result as IStatusCodeHttpResult)?.StatusCode ?? StatusCodes.Status200OK;

    /// <summary>Created and Accepted results carry a Location, but share no interface for it.</summary>
    private static string? Location(object result) =>
        LocationOf.GetOrAdd(result.GetType(), static type => type.GetProperty("Location", typeof(string)))?.GetValue(result) as string;

    private sealed class EnvelopeResult(int status, object value, string? location) : IResult, IStatusCodeHttpResult
    {
        public int? StatusCode => status;

        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = status;
            if (location is not null)
            {
                httpContext.Response.Headers.Location = location;
            }

            var envelope = new Envelope<object>(true, value, null, FaultWriter.Clock(httpContext), httpContext.TraceIdentifier);
            return httpContext.Response.WriteAsJsonAsync(envelope, Json.Options, "application/json; charset=utf-8", httpContext.RequestAborted);
        }
    }
}
