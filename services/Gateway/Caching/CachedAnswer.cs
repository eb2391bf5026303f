using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Caching;

/// <summary>An answer that a service allowed to keep.</summary>
internal sealed class CachedAnswer
{
    private const string RequestIdMember = "\"request_id\":\"";

    private CachedAnswer(About about, byte[] body) => (Facts, Body) = (about, body);

    /// <summary>When it was asked for: whatever changed after that is not in it.</summary>
    public DateTimeOffset AskedAt => Facts.AskedAt;

    /// <summary>What it was made of, by the service's names.</summary>
    public string[] Tags => Facts.Tags;

    public int Size => Body.Length + 512;

    /// <summary>The body of an answer that holds nothing of its request.</summary>
    public ReadOnlyMemory<byte> Content => Body;

    private About Facts { get; }

    private byte[] Body { get; }

    public bool IsFresh(DateTimeOffset now) => now < Facts.FreshUntil;

    public bool IsUsable(DateTimeOffset now) => now < Facts.StaleUntil;

    /// <summary>What is left of its life, its time of being stale included.</summary>
    public TimeSpan Life(DateTimeOffset now) => Facts.StaleUntil - now;

    /// <param name="headers">The service's.</param>
    /// <param name="content">The body as it is sent.</param>
    /// <param name="requestId">Of the request: an envelope ends with it, and everybody gets their own.</param>
    /// <param name="askedAt">Before the service was asked.</param>
    /// <param name="directives">What the service said of keeping it.</param>
    public static CachedAnswer Of(IHeaderDictionary headers, ReadOnlyMemory<byte> content, string requestId, DateTimeOffset askedAt, CacheDirectives directives)
    {
        var kept = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var name in CacheDirectives.KeptHeaders)
        {
            if (headers[name] is { Count: > 0 } value)
            {
                kept[name] = value.ToString();
            }
        }

        var tail = Encoding.UTF8.GetBytes($"{RequestIdMember}{requestId}\"}}");
        var enveloped = content.Span.EndsWith(tail);
        return new CachedAnswer(
            new About(kept, directives.Tags, askedAt, askedAt + directives.Fresh, askedAt + directives.Fresh + directives.Stale, enveloped),
            (enveloped ? content[..^tail.Length] : content).ToArray());
    }

    /// <summary>Sends it as the answer to a request, or 304 where the client has it (RFC 9110, section 13.1.2).</summary>
    public Task WriteAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        foreach (var (name, value) in Facts.Headers)
        {
            headers[name] = value;
        }

        headers.CacheControl = CacheDirectives.ForClients;
        if (Facts.Headers.TryGetValue("ETag", out var tag) && Matches(context.Request.Headers.IfNoneMatch, tag))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            headers.ContentType = default;
            return Task.CompletedTask;
        }

        return WriteBodyAsync(context);
    }

    /// <summary>For a store of bytes: length of the facts, the facts as JSON, the body.</summary>
    public byte[] Pack()
    {
        var facts = JsonSerializer.SerializeToUtf8Bytes(Facts, Json.Options);
        var packed = new byte[4 + facts.Length + Body.Length];
        BinaryPrimitives.WriteInt32LittleEndian(packed, facts.Length);
        facts.CopyTo(packed, 4);
        Body.CopyTo(packed, 4 + facts.Length);
        return packed;
    }

    /// <summary>Reads what <see cref="Pack"/> wrote; null for anything else.</summary>
    public static CachedAnswer? Unpack(byte[]? packed)
    {
        if (packed is null || packed.Length < 4 || BinaryPrimitives.ReadInt32LittleEndian(packed) is not (> 0 and var length) || 4 + length > packed.Length)
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<About>(packed.AsSpan(4, length), Json.Options) is { } facts ? new CachedAnswer(facts, packed[(4 + length)..]) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private async Task WriteBodyAsync(HttpContext context)
    {
        var tail = Facts.EndsWithRequestId ? Encoding.UTF8.GetBytes($"{RequestIdMember}{context.TraceIdentifier}\"}}") : [];
        context.Response.ContentLength = Body.Length + tail.Length;
        await context.Response.Body.WriteAsync(Body, context.RequestAborted);
        if (tail.Length > 0)
        {
            await context.Response.Body.WriteAsync(tail, context.RequestAborted);
        }
    }

    private static bool Matches(Microsoft.Extensions.Primitives.StringValues asked, string tag)
    {
        foreach (var value in asked)
        {
            foreach (var candidate in (value ?? "").Split(',', StringSplitOptions.TrimEntries))
            {
                if (candidate == "*" || Plain(candidate) == Plain(tag))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static string Plain(string tag) => tag.StartsWith("W/", StringComparison.Ordinal) ? tag[2..] : tag;

    private sealed record About(
        Dictionary<string, string> Headers, string[] Tags, DateTimeOffset AskedAt, DateTimeOffset FreshUntil, DateTimeOffset StaleUntil, bool EndsWithRequestId);
}
