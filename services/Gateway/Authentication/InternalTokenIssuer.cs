using Platform.Contracts;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Authentication;

/// <summary>Makes the internal tokens that services accept, one per credential and service, kept until shortly before they expire.</summary>
internal sealed class InternalTokenIssuer(InternalKeyring keys, TimeProvider clock)
{
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(20);

    /// <summary>The gateway as a caller of the services' internal endpoints.</summary>
    private readonly Credential _self = new(
        new Caller(WellKnown.DefaultTenantId, "gateway", CallerKind.Service, new PermissionSet(["use:internal"]), TlpLevel.Clear), null);

    /// <summary>Whoever sent no credential: allowed what needs none.</summary>
    public Credential Anonymous { get; } = new(
        new Caller(WellKnown.DefaultTenantId, "gateway", CallerKind.Service, new PermissionSet(["use:anonymous"]), TlpLevel.Clear), null);

    /// <summary>The <c>Authorization</c> header that stands for a credential at a service.</summary>
    public string HeaderFor(Credential credential, int service)
    {
        var now = clock.GetUtcNow();
        if (credential.Tokens[service] is { } known && known.RenewAt > now)
        {
            return known.Header;
        }

        var token = InternalTokens.Issue(credential.Caller, Upstreams.All[service], keys[service], now);
        var issued = new IssuedToken("Bearer " + token, now + InternalTokens.Lifetime - Margin);
        credential.Tokens[service] = issued;
        return issued.Header;
    }

    /// <summary>The <c>Authorization</c> header of the gateway's own calls to a service.</summary>
    public string OwnHeaderFor(int service) => HeaderFor(_self, service);
}
