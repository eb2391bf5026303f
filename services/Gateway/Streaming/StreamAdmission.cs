using Platform.Contracts;
using Platform.Gateway.Authentication;
using Platform.Gateway.Limits;
using Platform.Gateway.Protection;
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
    RateLimiter limiter, LimitPlans plans, Countries countries, ThreatGuard guard, TimeProvider clock)
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
        var (state, fault) = found.Credential is { DpopKey: null } credential ? await CheckAsync(context, credential) : (null, found.Fault ?? Verification.Unproven);
        if (fault is not null)
        {
            if (fault.Code == ErrorCodes.AuthFailed)
            {
                await limiter.ChargeAsync(plans.OfAddress(address));
            }

            return (null, fault);
        }

        var decision = await limiter.ChargeAsync(LimitPlans.Of(found.Credential!, state!));
        return decision.Allowed ? (found.Credential, null) : (null, RateLimiting.Refused(decision));
    }

    /// <summary>What is known of the credential's tenant, and why the credential is not let in; for one that was let in before, whether it still is.</summary>
    public async Task<(TenantState? State, Fault? Fault)> CheckAsync(HttpContext context, Credential credential)
    {
        var ct = context.RequestAborted;
        var address = context.Connection.RemoteIpAddress;
        var fault = Refusal(credential, address) ?? guard.Refusal(context, credential.Caller);
        if (fault is null && !sessions.IsKnownGood(credential))
        {
            fault = await sessions.ConfirmAsync(credential, ct);
        }

        if (fault is not null)
        {
            return (null, fault);
        }

        var state = await tenants.GetAsync(credential.Tenant!, feed.MaxAge, ct);
        return (state, TenantGate.Refusal(state, address, countries, clock.GetUtcNow()));
    }

    private Fault? Refusal(Credential credential, System.Net.IPAddress? address) =>
        revocations.Void(credential) ? Verification.Revoked
        : !credential.Admits(address) ? Verification.WrongNetwork
        : credential.MustChangePassword ? new Fault(ErrorCodes.PasswordChangeRequired, "Change your password first.")
        : null;
}
