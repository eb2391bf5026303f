using Platform.Contracts;
using Platform.Gateway.Authentication;
using Platform.Gateway.Limits;
using Platform.Gateway.Revocation;
using Platform.Gateway.Tenants;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Streaming;

/// <summary>
/// Lets in a credential that came inside a WebSocket, by the same rules as one in a header: revocations, networks, the state
/// and limits of its tenant.
/// </summary>
internal sealed class StreamAdmission(
    TokenVerifier tokens, KeyResolver keys, ClientResolver clients, SessionChecks sessions, Revocations revocations, TenantStates tenants, FeedState feed,
    RateLimiter limiter, LimitPlans plans)
{
    private const string KeyPrefix = "pk_";

    // An address beyond its limit was turned away before.
    private const bool MayAsk = true;

    public async Task<(Credential? Credential, Fault? Fault)> AdmitAsync(HttpContext context, string token)
    {
        var ct = context.RequestAborted;
        var address = context.Connection.RemoteIpAddress;
        if (limiter.RefusalOf(plans.OfAddress(address)) is { } refusal)
        {
            return (null, RateLimiting.Refused(refusal));
        }

        var found = token.StartsWith(ClientResolver.ApiKeyPrefix, StringComparison.Ordinal) ? await clients.ResolveKeyAsync(token, MayAsk, ct)
            : token.StartsWith(KeyPrefix, StringComparison.Ordinal) ? await keys.ResolveAsync(token, feed.MaxAge, MayAsk, ct)
            : await tokens.VerifyAsync(token, ct);
        var fault = found.Fault ?? Refusal(found.Credential!, address);
        if (fault is null && !sessions.IsKnownGood(found.Credential!))
        {
            fault = await sessions.ConfirmAsync(found.Credential!, ct);
        }

        if (fault is not null)
        {
            if (fault.Code == ErrorCodes.AuthFailed)
            {
                await limiter.ChargeAsync(plans.OfAddress(address));
            }

            return (null, fault);
        }

        var credential = found.Credential!;
        var state = await tenants.GetAsync(credential.Tenant!, feed.MaxAge, ct);
        if (state is not { IsActive: true })
        {
            return (null, new Fault(state is null ? ErrorCodes.ServiceUnavailable : ErrorCodes.TenantSuspended, "The tenant cannot be served."));
        }

        var decision = await limiter.ChargeAsync(LimitPlans.Of(credential, state));
        return decision.Allowed ? (credential, null) : (null, RateLimiting.Refused(decision));
    }

    private Fault? Refusal(Credential credential, System.Net.IPAddress? address) =>
        revocations.Void(credential) ? Verification.Revoked
        : credential.DpopKey is not null ? Verification.Unproven
        : !credential.Admits(address) ? Verification.WrongNetwork
        : credential.MustChangePassword ? new Fault(ErrorCodes.PasswordChangeRequired, "Change your password first.")
        : null;
}
