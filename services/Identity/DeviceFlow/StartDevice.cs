using Microsoft.Extensions.Options;
using Platform.Identity.Authorization;
using Platform.Identity.Clients;
using Platform.Identity.Keys;
using Platform.Identity.Protocol;
using Platform.Identity.Storage;
using Platform.Identity.Tokens;

namespace Platform.Identity.DeviceFlow;

/// <summary>The answer to a device (RFC 8628, section 3.2).</summary>
internal sealed record DeviceAnswer(
    string DeviceCode, string UserCode, string VerificationUri, string VerificationUriComplete, int ExpiresIn, int Interval);

/// <summary>Gives a device its pair of codes (RFC 8628, section 3.1).</summary>
internal sealed class StartDevice(TenantScopes scopes, OpaqueTokens opaque, Vault vault, IOptions<IdentitySettings> settings, TimeProvider clock)
{
    public const int Interval = 5;

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    public async Task<DeviceAnswer> RunAsync(Client client, string? scope, CancellationToken ct)
    {
        if (!client.GrantTypes.Contains(GrantTypes.DeviceCode))
        {
            throw new OAuthException(OAuthError.UnauthorizedClient, "The client may not use the device flow.");
        }

        var granted = Scopes.Check(scope, client);
        var now = clock.GetUtcNow();
        var code = UserCodes.New();
        await using var tenant = scopes.Enter(client.TenantId, client.ClientId);
        var row = new DeviceAuthorization
        {
            Id = Guid.CreateVersion7(now),
            TenantId = client.TenantId,
            ClientId = client.ClientId,
            UserCodeHash = UserCodes.Hash(vault, code),
            Scope = granted,
            Interval = Interval,
            ExpiresAt = now + Lifetime,
        };
        (var token, row.Hash) = opaque.Create(OpaqueTokens.Device, row.TenantId, row.Id);
        tenant.Db.DeviceAuthorizations.Add(row);
        await tenant.Db.SaveChangesAsync(ct);
        var page = settings.Value.Issuer + "/device";
        var shown = UserCodes.Show(code);
        return new DeviceAnswer(token, shown, page, $"{page}?user_code={shown}", (int)Lifetime.TotalSeconds, Interval);
    }
}
