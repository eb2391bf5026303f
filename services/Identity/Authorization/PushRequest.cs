using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Platform.Identity.Clients;
using Platform.Identity.Protocol;
using Platform.Identity.Storage;
using Platform.Identity.Tokens;

namespace Platform.Identity.Authorization;

/// <summary>Keeps pushed authorization requests (RFC 9126): checked when they come, good once and for a minute and a half.</summary>
internal sealed class PushRequest(TenantScopes scopes, OpaqueTokens opaque, ReadAuthorizationRequest read, TimeProvider clock)
{
    public const string UriPrefix = "urn:ietf:params:oauth:request_uri:";
    public const string KeyParameter = "dpop_jkt";
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(90);

    private static readonly string[] Secrets = ["client_secret"];

    /// <summary>The reference that stands for the request.</summary>
    public async Task<string> RunAsync(Client client, OAuthParameters parameters, string? dpopKey, CancellationToken ct)
    {
        if (parameters["request_uri"] is not null)
        {
            throw new OAuthException(OAuthError.InvalidRequest, "A pushed request must not hold a request_uri.");
        }

        var values = parameters.Values.Where(v => !Secrets.Contains(v.Key)).ToDictionary();
        values["client_id"] = client.ClientId;
        try
        {
            var (request, _) = await read.RunAsync(OAuthParameters.Of(values), dpopKey, null, ct);
            if (request.DpopKey is { } key)
            {
                values[KeyParameter] = key;
            }
        }
        catch (RedirectableException exception)
        {
            throw new OAuthException(exception.Code, exception.Message);
        }

        await using var scope = scopes.Enter(client.TenantId, client.ClientId);
        var row = new PushedRequest
        {
            Id = Guid.CreateVersion7(clock.GetUtcNow()),
            TenantId = client.TenantId,
            ClientId = client.ClientId,
            Parameters = JsonSerializer.Serialize(values),
            ExpiresAt = clock.GetUtcNow() + Lifetime,
        };
        (var token, row.Hash) = opaque.Create(OpaqueTokens.Pushed, row.TenantId, row.Id);
        scope.Db.PushedRequests.Add(row);
        await scope.Db.SaveChangesAsync(ct);
        return UriPrefix + token;
    }

    /// <summary>What a reference stands for; only the client that pushed it may use it.</summary>
    public async Task<(OAuthParameters Parameters, Guid Id)> OpenAsync(string uri, string clientId, CancellationToken ct)
    {
        if (uri.StartsWith(UriPrefix, StringComparison.Ordinal) && OpaqueTokens.Parse(OpaqueTokens.Pushed, uri[UriPrefix.Length..]) is { } token)
        {
            await using var scope = scopes.Enter(token.TenantId, clientId);
            var now = clock.GetUtcNow();
            var row = await scope.Db.PushedRequests.AsNoTracking().SingleOrDefaultAsync(r => r.Id == token.Id && r.UsedAt == null && r.ExpiresAt > now, ct);
            if (row is not null && opaque.Matches(token, row.Hash) && row.ClientId == clientId)
            {
                return (OAuthParameters.Of(JsonSerializer.Deserialize<Dictionary<string, string>>(row.Parameters)!), row.Id);
            }
        }

        throw new OAuthException(OAuthError.InvalidRequestUri, "The request_uri is unknown, used or expired.");
    }

    /// <summary>Uses a request up; false when somebody else did.</summary>
    public async Task<bool> TryUseAsync(Guid tenantId, Guid id, CancellationToken ct)
    {
        await using var scope = scopes.Enter(tenantId);
        var now = clock.GetUtcNow();
        return await scope.Db.PushedRequests.Where(r => r.Id == id && r.UsedAt == null).ExecuteUpdateAsync(set => set.SetProperty(r => r.UsedAt, now), ct) == 1;
    }
}
