using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Platform.Identity.Keys;
using Platform.ServiceDefaults;

namespace Platform.Identity.Protocol;

/// <summary>What a client must know before it trusts a token: keys and metadata. Open to everybody.</summary>
internal static class WellKnownEndpoints
{
    public static void MapWellKnown(this IEndpointRouteBuilder routes)
    {
        var wellKnown = routes.MapGroup("/.well-known").WithGroupName("v1").WithTags("oauth").AllowAnonymous().Unwrapped();
        wellKnown.MapGet("/jwks.json", GetKeys).WithSummary("The keys that sign tokens (RFC 7517)");
        wellKnown.MapGet("/oauth-authorization-server", GetMetadata).WithSummary("What this authorization server does (RFC 8414)");
        wellKnown.MapGet("/openid-configuration", GetMetadata).WithSummary("The same, where OpenID Connect clients look for it");
    }

    /// <summary>Public keys; a new one appears well before it signs.</summary>
    private static Ok<PublicKeySet> GetKeys(KeyRing keys, IOptions<IdentitySettings> settings, HttpResponse response)
    {
        Cache(response, settings.Value);
        return TypedResults.Ok(keys.Published);
    }

    /// <summary>Lists what is implemented, and nothing else.</summary>
    private static Ok<ServerMetadata> GetMetadata(IOptions<IdentitySettings> settings, HttpResponse response)
    {
        Cache(response, settings.Value);
        return TypedResults.Ok(ServerMetadata.Of(settings.Value.Issuer));
    }

    private static void Cache(HttpResponse response, IdentitySettings settings) =>
        response.Headers.CacheControl = string.Create(CultureInfo.InvariantCulture, $"public, max-age={(int)settings.JwksCacheAge.TotalSeconds}");
}
