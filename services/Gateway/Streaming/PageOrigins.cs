using Microsoft.Extensions.Options;
using Platform.Contracts;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Streaming;

/// <summary>
/// Which pages may open a WebSocket. Browsers send the origin of the page with the handshake and no rule of the page's keeps
/// them from it: only listed ones, and the platform's own, are let in (RFC 6455, section 10.2).
/// </summary>
internal static class PageOrigins
{
    private static readonly Fault Strange = new(ErrorCodes.InsufficientPermissions, "Pages of this origin may not connect.");

    /// <summary>Null for a listed page, and for clients that are none.</summary>
    public static Fault? Refusal(HttpContext context)
    {
        var origins = context.Request.Headers.Origin;
        return origins.Count == 0 || (origins.Count == 1 && IsAllowed(origins[0], context.RequestServices.GetRequiredService<IOptions<GatewayOptions>>().Value)) ? null : Strange;
    }

    private static bool IsAllowed(string? origin, GatewayOptions options) =>
        origin is not null
        && (options.CorsOrigins.Contains(origin, StringComparer.Ordinal) || origin == new Uri(options.Issuer).GetLeftPart(UriPartial.Authority));
}
