using System.Net;
using System.Text;
using Platform.Identity.Clients;

namespace Platform.Identity.Protocol;

/// <summary>
/// Authenticates clients at the protocol endpoints: by HTTP Basic or form parameters, one of them (RFC 6749, section
/// 2.3.1); public clients name themselves.
/// </summary>
internal sealed class ClientAuthentication(ClientDirectory directory, ClientSecrets secrets, ClientCredentials credentials, TimeProvider clock)
{
    /// <summary>
    /// Where the gateway puts the client's own <c>Authorization</c> header, since the header itself carries the internal token.
    /// </summary>
    public const string Header = "X-Client-Authorization";

    private static readonly byte[] NoHash = new byte[32];

    /// <summary>The client; throws <c>invalid_client</c> for whatever is wrong with its credentials.</summary>
    /// <param name="request">The request.</param>
    /// <param name="form">Its form.</param>
    /// <param name="fallback">The client that is meant when none is named, if any.</param>
    /// <param name="ct">Cancels.</param>
    /// <param name="copyServes">Whether the client may be as it was up to a second ago.</param>
    public async Task<Client> AuthenticateAsync(HttpRequest request, OAuthParameters form, string? fallback, CancellationToken ct, bool copyServes = false)
    {
        var (id, secret) = Read(request, form, fallback);
        var (client, isSuspended) = copyServes ? await directory.FindCopyAsync(id, ct) : await directory.FindAsync(id, ct);
        var isProven = client?.SecretHash is not null
            ? secret is not null && credentials.Matches(client, secret, clock.GetUtcNow())
            : !secrets.Matches(secret ?? "", NoHash) && client is { AuthMethod: ClientAuthMethods.None } && secret is null;
        if (client is null || !isProven
            || (client.AllowedCidrs.Length > 0 && !Networks.Admit(client.AllowedCidrs, (await ClientOrigin.BindAsync(request.HttpContext)).Ip)))
        {
            throw new OAuthException(OAuthError.InvalidClient, "The client is unknown or its credentials are wrong.");
        }

        if (isSuspended)
        {
            throw new OAuthException(OAuthError.UnauthorizedClient, "The tenant is suspended.");
        }

        if (client.SecretHash is not null)
        {
            await directory.NoteUseAsync(client, ct);
        }

        return client;
    }

    /// <summary>As <see cref="AuthenticateAsync"/>, for endpoints where a name alone is not enough (RFC 7662, section 2.1).</summary>
    public async Task<Client> AuthenticateConfidentialAsync(HttpRequest request, OAuthParameters form, CancellationToken ct)
    {
        var client = await AuthenticateAsync(request, form, null, ct);
        return client.SecretHash is not null ? client : throw new OAuthException(OAuthError.InvalidClient, "Only clients with a secret may ask this.");
    }

    private static (string Id, string? Secret) Read(HttpRequest request, OAuthParameters form, string? fallback)
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
