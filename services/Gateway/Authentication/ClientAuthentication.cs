using Microsoft.Extensions.Primitives;
using Platform.Contracts;
using Platform.Gateway.Limits;
using Platform.Gateway.Pipeline;
using Platform.Gateway.Protection;
using Platform.Gateway.Proxy;
using Platform.Gateway.Revocation;
using Platform.Gateway.Signatures;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Authentication;

/// <summary>Finds out who calls. After it every request has a credential, or has been answered.</summary>
internal sealed class ClientAuthentication(
    RequestDelegate next, TokenVerifier tokens, KeyResolver keys, ClientResolver clients, RequestSignatures signatures, SessionChecks sessions,
    InternalTokenIssuer issuer, Revocations revocations, FeedState feed, RateLimiter limiter, LimitPlans plans, PossessionCheck possession, ThreatGuard guard)
{
    public const string ApiKeyHeader = "X-API-Key";
    private const string Bearer = "Bearer ";
    private const string Dpop = "DPoP ";

    private static readonly string DpopChallenge = $"DPoP algs=\"{string.Join(' ', DpopProof.Algorithms)}\"";

    private static readonly Fault TwoCredentials = new(ErrorCodes.MalformedRequest, "Send one credential, once: an access token, an API key or a signature.");
    private static readonly Fault PasswordFirst = new(ErrorCodes.PasswordChangeRequired, "Change your password first.");

    public Task InvokeAsync(HttpContext context)
    {
        var request = GatewayRequest.Of(context);
        if (request.IsInner)
        {
            return ContinueAsync(context, request, request.Credential!);
        }

        var headers = context.Request.Headers;
        var authorization = headers.Authorization;
        var apiKey = headers[ApiKeyHeader];
        var signed = RequestSignatures.CountIn(headers);
        if (authorization.Count + apiKey.Count + signed > 1)
        {
            return FaultWriter.WriteAsync(context, TwoCredentials);
        }

        if (request.Rules.Anonymous && !(request.Rules.CredentialIfSent && authorization.Count + apiKey.Count + signed == 1))
        {
            request.Credential = issuer.Anonymous;
            return next(context);
        }

        var key = apiKey.Count == 1 ? apiKey[0] ?? "" : request.Rules.TakesBasic ? BasicCredentials.PasswordIn(authorization) : null;
        var pending = signed == 1 || key is not null
            ? VerifyAtOwnerAsync(context, key)
            : VerifyAsync(context.Request, authorization, context.RequestAborted);
        return pending.IsCompletedSuccessfully ? ContinueAsync(context, request, pending.Result) : AwaitAsync(context, request, pending);
    }

    private async Task AwaitAsync(HttpContext context, GatewayRequest request, ValueTask<Verification> pending) =>
        await ContinueAsync(context, request, await pending);

    private Task ContinueAsync(HttpContext context, GatewayRequest request, Verification verification)
    {
        var fault = verification.Fault ?? Refusal(verification.Credential!, request.Rules, context);
        if (fault is not null)
        {
            request.Refused = verification.Credential?.Caller;
            return RefuseAsync(context, request, fault);
        }

        request.Credential = verification.Credential;
        return sessions.IsKnownGood(verification.Credential!) ? next(context) : ConfirmAsync(context, request);
    }

    /// <summary>Where revocations may have been missed, the session is asked for at its owner.</summary>
    private async Task ConfirmAsync(HttpContext context, GatewayRequest request)
    {
        var fault = await sessions.ConfirmAsync(request.Credential!, context.RequestAborted);
        if (fault is null)
        {
            await next(context);
            return;
        }

        request.Refused = request.Credential!.Caller;
        request.Credential = null;
        await RefuseAsync(context, request, fault);
    }

    /// <summary>
    /// By API key, or by signature. An address that was refused too often has no owner asked any more: whatever credential
    /// is not known here waits with it, so that invented ones cost a bounded number of questions.
    /// </summary>
    private ValueTask<Verification> VerifyAtOwnerAsync(HttpContext context, string? key)
    {
        var mayAsk = limiter.RefusalOf(plans.OfAddress(context.Connection.RemoteIpAddress)) is null;
        return key is null ? signatures.VerifyAsync(context.Request, mayAsk, context.RequestAborted)
            : key.StartsWith(ClientResolver.ApiKeyPrefix, StringComparison.Ordinal) ? clients.ResolveKeyAsync(key, mayAsk, context.RequestAborted)
            : keys.ResolveAsync(key, feed.MaxAge, mayAsk, context.RequestAborted);
    }

    private ValueTask<Verification> VerifyAsync(HttpRequest request, StringValues authorization, CancellationToken ct)
    {
        var value = authorization.Count == 1 ? authorization[0] : null;
        if (string.IsNullOrEmpty(value))
        {
            return ValueTask.FromResult<Verification>(Verification.Required);
        }

        if (value.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
        {
            var pending = tokens.VerifyAsync(value.AsSpan(Bearer.Length).Trim(), ct);
            return pending.IsCompletedSuccessfully ? ValueTask.FromResult(AsBearer(pending.Result)) : AwaitBearerAsync(pending);
        }

        return value.StartsWith(Dpop, StringComparison.OrdinalIgnoreCase)
            ? VerifyBoundAsync(request, value[Dpop.Length..].Trim(), ct)
            : ValueTask.FromResult<Verification>(Verification.Invalid);
    }

    private static async ValueTask<Verification> AwaitBearerAsync(ValueTask<Verification> pending) => AsBearer(await pending);

    /// <summary>RFC 9449, section 7.2: a token that is bound to a key is no bearer token.</summary>
    private static Verification AsBearer(Verification found) => found.Credential?.DpopKey is null ? found : Verification.Unproven;

    private async ValueTask<Verification> VerifyBoundAsync(HttpRequest request, string token, CancellationToken ct)
    {
        var found = await tokens.VerifyAsync(token, ct);
        return found.Credential is { } credential && await possession.CheckAsync(request, credential, token) is { } fault ? fault : found;
    }

    private Fault? Refusal(Credential credential, RouteRules rules, HttpContext context)
    {
        if (revocations.Void(credential))
        {
            return Verification.Revoked;
        }

        if (!credential.Admits(context.Connection.RemoteIpAddress))
        {
            return Verification.WrongNetwork;
        }

        if (guard.Refusal(context, credential.Caller) is { } blocked)
        {
            return blocked;
        }

        return credential.MustChangePassword && !rules.BeforePasswordChange ? PasswordFirst : null;
    }

    /// <summary>
    /// RFC 6750, section 3, and RFC 9449, section 7.1: the challenge names the error, unless no credential was sent. A wrong credential counts as a
    /// request without one, so that guessing is limited by address.
    /// </summary>
    private async Task RefuseAsync(HttpContext context, GatewayRequest request, Fault fault)
    {
        if (fault.Code is ErrorCodes.AuthFailed or ErrorCodes.SignatureInvalid)
        {
            request.Limit = await limiter.ChargeAsync(plans.OfAddress(context.Connection.RemoteIpAddress));
            fault = request.Limit.Allowed ? fault : RateLimiting.Refused(request.Limit);
        }

        if (fault.Status == StatusCodes.Status401Unauthorized)
        {
            var challenge = IsDpop(context) ? DpopChallenge : "Bearer realm=\"platform\"";
            context.Response.Headers.WWWAuthenticate = fault.Code is ErrorCodes.AuthRequired or ErrorCodes.SignatureInvalid
                ? challenge
                : $"{challenge}, error=\"invalid_token\", error_description=\"{fault.Message}\"";
            if (request.Rules.TakesBasic)
            {
                context.Response.Headers.Append("WWW-Authenticate", BasicCredentials.Challenge);
            }
        }

        await FaultWriter.WriteAsync(context, fault);
    }

    private static bool IsDpop(HttpContext context) => context.Request.Headers.Authorization.ToString().StartsWith(Dpop, StringComparison.OrdinalIgnoreCase);
}
