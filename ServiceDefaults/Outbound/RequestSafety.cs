using System.Net.Http.Json;

namespace Platform.ServiceDefaults;

/// <summary>Which requests may be sent twice.</summary>
public static class RequestSafety
{
    private static readonly HttpRequestOptionsKey<bool> Declared = new("Platform.SafeToRepeat");

    /// <summary>
    /// Declares a request safe to repeat although its method is not idempotent: a <c>POST</c> that only reads, or one
    /// with an <c>Idempotency-Key</c>. With false: never repeat it, whatever its method.
    /// </summary>
    public static HttpRequestMessage SafeToRepeat(this HttpRequestMessage request, bool safe = true)
    {
        request.Options.Set(Declared, safe);
        return request;
    }

    // RFC 9110, 9.2.2.
    internal static bool IsSafeToRepeat(HttpRequestMessage request) =>
        request.Options.TryGetValue(Declared, out var safe)
            ? safe
            : request.Method.Method is "GET" or "HEAD" or "OPTIONS" or "PUT" or "DELETE" or "TRACE";

    /// <summary>A body that comes from a stream is gone after the first attempt.</summary>
    internal static bool IsReplayable(HttpRequestMessage request) =>
        request.Content is null or ByteArrayContent or ReadOnlyMemoryContent or JsonContent;
}
