using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Platform.Contracts;

namespace Platform.ServiceDefaults;

/// <summary>First answers of requests with an <c>Idempotency-Key</c>: how one is taken from the work, and repeated.</summary>
public static class FirstAnswers
{
    /// <summary>How long an answer is kept.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    private static readonly string[] Replayed = ["Location", "ETag", "Content-Type"];

    /// <summary>What a second request is told while the first one is at work.</summary>
    public static FaultException AtWork() => new(new Fault(ErrorCodes.Conflict, "A request with this Idempotency-Key is at work.", RetryAfter: TimeSpan.FromSeconds(1)));

    /// <summary>What another request under the same key is told.</summary>
    public static FaultException Reused() => new(new Fault(ErrorCodes.IdempotencyKeyReused, "This Idempotency-Key was used with another request."));

    /// <summary>Whether a kept answer is that of the same request.</summary>
    public static bool IsSame(this IdempotencyKey known, IdempotentRequest request)
    {
        ArgumentNullException.ThrowIfNull(known);
        ArgumentNullException.ThrowIfNull(request);
        return CryptographicOperations.FixedTimeEquals(known.RequestHash, request.Hash);
    }

    /// <summary>Does the work, and holds its answer back.</summary>
    public static async Task<ReadOnlyMemory<byte>> CaptureAsync(HttpContext context, RequestDelegate next)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(next);
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

    /// <summary>Notes an answer.</summary>
    public static void Take(this IdempotencyKey kept, HttpContext context, IdempotentRequest request, ReadOnlyMemory<byte> body, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(kept);
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(request);
        var response = context.Response;
        kept.RequestHash = request.Hash;
        kept.Status = request.HoldsSecret && response.StatusCode < 300 ? StatusCodes.Status409Conflict : response.StatusCode;
        kept.Headers = JsonSerializer.Serialize(Replayed.Where(response.Headers.ContainsKey).ToDictionary(n => n, n => response.Headers[n].ToString()));
        kept.Body = request.HoldsSecret ? [] : body.ToArray();
        kept.CreatedAt = now;
    }

    /// <summary>Answers with a kept answer.</summary>
    public static async Task ReplayAsync(HttpContext context, IdempotencyKey known, IdempotentRequest request)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(known);
        if (!known.IsSame(request))
        {
            throw Reused();
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
}
