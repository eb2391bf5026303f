using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Platform.ServiceDefaults;

namespace Platform.Identity.Keys;

/// <summary>What a client must know before it trusts a token: keys and metadata. Open to everybody.</summary>
internal static class WellKnownEndpoints
{
    public static void MapWellKnown(this IEndpointRouteBuilder routes)
    {
        var wellKnown = routes.MapGroup("/.well-known").WithGroupName("v1").WithTags("oauth").AllowAnonymous().Unwrapped();
        wellKnown.MapGet("/jwks.json", GetKeys).WithSummary("The keys that sign tokens (RFC 7517)");
    }

    /// <summary>Public keys; a new one appears well before it signs.</summary>
    private static Ok<PublicKeySet> GetKeys(KeyRing keys, IOptions<IdentitySettings> settings, HttpResponse response)
    {
        response.Headers.CacheControl = string.Create(CultureInfo.InvariantCulture, $"public, max-age={(int)settings.Value.JwksCacheAge.TotalSeconds}");
        return TypedResults.Ok(keys.Published);
    }
}
