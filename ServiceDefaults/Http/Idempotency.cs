using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts;

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

/// <summary>
/// <c>Idempotency-Key</c> (IETF draft-ietf-httpapi-idempotency-key-header): the answer is kept in the transaction of
/// the work and replayed; another body is 422, a concurrent one 409, an answer with a secret is never kept.
/// </summary>
public static class Idempotency
{
    public const string Header = "Idempotency-Key";
    private static readonly string[] Replayed = ["Location", "ETag", "Content-Type"];
    private static readonly TimeSpan Kept = TimeSpan.FromHours(24);

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

        await HandleAsync(context, next, metadata, key);
    });

    private static async Task HandleAsync(HttpContext context, RequestDelegate next, IdempotencyMetadata metadata, string key)
    {
        var ct = context.RequestAborted;
        var call = context.RequestServices.GetRequiredService<CallContext>();
        var db = context.RequestServices.GetRequiredService<PlatformDbContext>();
        var clock = context.RequestServices.GetRequiredService<TimeProvider>();
        var hash = await HashAsync(context, ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (!await TryLockAsync(db, call, key, ct))
        {
            throw new FaultException(new Fault(ErrorCodes.Conflict, "A request with this Idempotency-Key is at work.", RetryAfter: TimeSpan.FromSeconds(1)));
        }

        var known = await db.IdempotencyKeys.SingleOrDefaultAsync(k => k.TenantId == call.TenantId && k.Caller == call.Subject && k.Key == key, ct);
        if (known is not null && known.CreatedAt > clock.GetUtcNow() - Kept)
        {
            await ReplayAsync(context, known, hash);
            return;
        }

        var body = await CaptureAsync(context, next);
        if (context.Response.StatusCode < 500)
        {
            var row = known ?? db.IdempotencyKeys.Add(new IdempotencyKey { TenantId = call.TenantId, Caller = call.Subject, Key = key }).Entity;
            row.RequestHash = hash;
            row.Status = metadata.HoldsSecret && context.Response.StatusCode < 300 ? StatusCodes.Status409Conflict : context.Response.StatusCode;
            row.Headers = JsonSerializer.Serialize(Replayed.Where(context.Response.Headers.ContainsKey).ToDictionary(n => n, n => context.Response.Headers[n].ToString()));
            row.Body = metadata.HoldsSecret ? [] : body.ToArray();
            row.CreatedAt = clock.GetUtcNow();
            await db.SaveChangesAsync(ct);
            await transaction.CommitAsync(ct);
        }

        await context.Response.Body.WriteAsync(body, ct);
    }

    private static async Task ReplayAsync(HttpContext context, IdempotencyKey known, byte[] hash)
    {
        if (!CryptographicOperations.FixedTimeEquals(known.RequestHash, hash))
        {
            throw new FaultException(new Fault(ErrorCodes.IdempotencyKeyReused, "This Idempotency-Key was used with another request."));
        }

        foreach (var (name, value) in JsonSerializer.Deserialize<Dictionary<string, string>>(known.Headers)!)
        {
            context.Response.Headers[name] = value;
        }

        if (known.Body.Length == 0 && known.Status == StatusCodes.Status409Conflict)
        {
            throw new FaultException(new Fault(ErrorCodes.Conflict, "The resource was created before; its secret is shown only once."));
        }

        context.Response.StatusCode = known.Status;
        context.Response.Headers["Idempotency-Replayed"] = "true";
        await context.Response.Body.WriteAsync(known.Body, context.RequestAborted);
    }

    private static async Task<ReadOnlyMemory<byte>> CaptureAsync(HttpContext context, RequestDelegate next)
    {
        var original = context.Response.Body;
        await using var buffer = new MemoryStream();
        context.Response.Body = buffer;
        try
        {
            await next(context);
            return buffer.ToArray();
        }
        finally
        {
            context.Response.Body = original;
        }
    }

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

    /// <summary>One request of a key at a time; the lock ends with the transaction.</summary>
    private static async Task<bool> TryLockAsync(PlatformDbContext db, CallContext call, string key, CancellationToken ct)
    {
        var name = $"{call.TenantId:N}:{call.Subject}:{key}";
        return (await db.Database.SqlQuery<bool>($"SELECT pg_try_advisory_xact_lock(hashtextextended({name}, 7160220)) AS \"Value\"").ToListAsync(ct))[0];
    }
}
