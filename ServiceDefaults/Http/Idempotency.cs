using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Platform.ServiceDefaults;

/// <summary>The first answer to a request with an <c>Idempotency-Key</c>, kept for 24 hours a tenant and caller.</summary>
public sealed class IdempotencyKey
{
    public Guid TenantId { get; set; }

    public string Caller { get; set; } = "";

    public string Key { get; set; } = "";

    /// <summary>SHA-256 over method, path and body: the same key with another request is a mistake.</summary>
    public byte[] RequestHash { get; set; } = [];

    public int Status { get; set; }

    /// <summary>JSON of the headers that a replay repeats.</summary>
    public string Headers { get; set; } = "{}";

    public byte[] Body { get; set; } = [];

    public DateTimeOffset CreatedAt { get; set; }
}

internal sealed record IdempotencyMetadata(bool HoldsSecret);

/// <summary>A request with an <c>Idempotency-Key</c>.</summary>
/// <param name="Key">The key.</param>
/// <param name="Hash">SHA-256 over method, path and body: the same key with another request is a mistake.</param>
/// <param name="HoldsSecret">Its answer shows a secret once, and is never kept.</param>
public sealed record IdempotentRequest(string Key, byte[] Hash, bool HoldsSecret);

/// <summary>Keeps first answers beside the work of a service, and answers with them.</summary>
public interface IIdempotency
{
    /// <summary>Answers the request: with the first answer, or by doing the work.</summary>
    Task HandleAsync(HttpContext context, RequestDelegate next, IdempotentRequest request, CancellationToken ct);
}

/// <summary>
/// <c>Idempotency-Key</c> (IETF draft-ietf-httpapi-idempotency-key-header): the first answer is replayed; another body is 422, a
/// concurrent request 409.
/// </summary>
public static class Idempotency
{
    public const string Header = "Idempotency-Key";

    /// <summary>Lets a creating POST be repeated safely.</summary>
    /// <param name="builder">The endpoint.</param>
    /// <param name="holdsSecret">The answer shows a secret once: a repeat is 409 with the resource's Location.</param>
    public static TBuilder WithIdempotency<TBuilder>(this TBuilder builder, bool holdsSecret = false)
        where TBuilder : IEndpointConventionBuilder
    {
        builder.WithMetadata(new IdempotencyMetadata(holdsSecret));
        return builder;
    }

    public static IApplicationBuilder UseIdempotency(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        var metadata = context.GetEndpoint()?.Metadata.GetMetadata<IdempotencyMetadata>();
        var header = context.Request.Headers[Header];
        if (metadata is null || header.Count == 0)
        {
            await next(context);
            return;
        }

        if (header.Count > 1 || header[0] is not { Length: > 0 and <= 255 } key)
        {
            throw new FaultException(Faults.ValidationFault(Header, "must be one value of 1 to 255 characters"));
        }

        var ct = context.RequestAborted;
        var request = new IdempotentRequest(key, await HashAsync(context, ct), metadata.HoldsSecret);
        await context.RequestServices.GetRequiredService<IIdempotency>().HandleAsync(context, next, request, ct);
    });

    private static async Task<byte[]> HashAsync(HttpContext context, CancellationToken ct)
    {
        context.Request.EnableBuffering();
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData(System.Text.Encoding.UTF8.GetBytes($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}\n"));
        var chunk = new byte[16 * 1024];
        int read;
        while ((read = await context.Request.Body.ReadAsync(chunk, ct)) > 0)
        {
            sha.AppendData(chunk, 0, read);
        }

        context.Request.Body.Position = 0;
        return sha.GetHashAndReset();
    }
}
