using System.Net;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Platform.Identity.Clients;
using Platform.Identity.Storage;
using Platform.Identity.Tenants;

namespace Platform.Identity.Protocol;

/// <summary>
/// Authenticates clients at the token endpoint: by HTTP Basic or form parameters, one of them (RFC 6749, section 2.3.1);
/// public clients name themselves.
/// </summary>
internal sealed class ClientAuthentication(TenantScopes scopes, ClientSecrets secrets, TimeProvider clock)
{
    /// <summary>
    /// Where the gateway puts the client's own <c>Authorization</c> header, since the header itself carries the internal token.
    /// </summary>
    public const string Header = "X-Client-Authorization";

    private static readonly byte[] NoHash = new byte[32];
    private static readonly TimeSpan UseResolution = TimeSpan.FromMinutes(1);

    /// <summary>The client; throws <c>invalid_client</c> for whatever is wrong with its credentials.</summary>
    /// <param name="request">The request.</param>
    /// <param name="form">Its form.</param>
    /// <param name="fallback">The client that is meant when none is named, if any.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<Client> AuthenticateAsync(HttpRequest request, OAuthForm form, string? fallback, CancellationToken ct)
    {
        var (id, secret) = Read(request, form, fallback);
        var tenantId = ClientSecrets.TenantOf(id);
        await using var scope = scopes.Enter(tenantId, id);
        var client = await scope.Db.Clients.AsNoTracking().SingleOrDefaultAsync(c => c.ClientId == id, ct);
        var now = clock.GetUtcNow();
        var isProven = client?.SecretHash is { } hash
            ? secret is not null && secrets.Matches(secret, hash)
            : !secrets.Matches(secret ?? "", NoHash) && client is { AuthMethod: ClientAuthMethods.None } && secret is null;
        if (client is null || !isProven || !client.IsUsable(now))
        {
            throw new OAuthException(OAuthError.InvalidClient, "The client is unknown or its credentials are wrong.");
        }

        if (!await scope.Db.Tenants.AnyAsync(t => t.Id == tenantId && t.Status == TenantStatus.Active, ct))
        {
            throw new OAuthException(OAuthError.UnauthorizedClient, "The tenant is suspended.");
        }

        if (client.SecretHash is not null && (client.LastUsedAt is null || now - client.LastUsedAt > UseResolution))
        {
            await scope.Db.Clients.Where(c => c.Id == client.Id).ExecuteUpdateAsync(set => set.SetProperty(c => c.LastUsedAt, now), ct);
        }

        return client;
    }

    private static (string Id, string? Secret) Read(HttpRequest request, OAuthForm form, string? fallback)
    {
        var header = request.Headers[Header].ToString();
        var (formId, formSecret) = (form["client_id"], form["client_secret"]);
        if (header.Length == 0)
        {
            return formId is null && formSecret is null && fallback is not null
                ? (fallback, null)
                : (formId ?? throw new OAuthException(OAuthError.InvalidClient, "The client did not authenticate."), formSecret);
        }

        var (id, secret) = ReadBasic(header);
        return formSecret is not null || (formId is not null && formId != id)
            ? throw new OAuthException(OAuthError.InvalidRequest, "The client authenticated in more than one way.")
            : (id, secret);
    }

    /// <summary>RFC 7617, with both parts form-encoded first (RFC 6749, section 2.3.1).</summary>
    private static (string Id, string Secret) ReadBasic(string header)
    {
        const string Scheme = "Basic ";
        if (header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            var bytes = new byte[header.Length];
            if (Convert.TryFromBase64String(header[Scheme.Length..].Trim(), bytes, out var length))
            {
                var text = Encoding.UTF8.GetString(bytes, 0, length);
                var colon = text.IndexOf(':', StringComparison.Ordinal);
                if (colon > 0 && !text.Contains('\0'))
                {
                    return (WebUtility.UrlDecode(text[..colon]), WebUtility.UrlDecode(text[(colon + 1)..]));
                }
            }
        }

        throw new OAuthException(OAuthError.InvalidClient, "The client's Authorization header cannot be read.");
    }
}
