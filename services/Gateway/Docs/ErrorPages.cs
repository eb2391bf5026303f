using System.Collections.Frozen;
using Platform.Contracts;

namespace Platform.Gateway.Docs;

/// <summary>What each error code means and what a client can do about it.</summary>
internal static class ErrorPages
{
    private static readonly FrozenDictionary<string, ErrorPage> Pages = new Dictionary<string, ErrorPage>
    {
        [ErrorCodes.MalformedRequest] = new("The request cannot be read: not JSON, a wrong type, an ambiguous path, or two credentials at once.", "Correct the request; details name the place where there is one."),
        [ErrorCodes.AuthRequired] = new("The request carries no credential.", "Sign in and send the access token, or send an API key."),
        [ErrorCodes.AuthFailed] = new("The credential is wrong, unknown, revoked, or not for this address.", "Sign in again or use another key. Repeating the request does not help."),
        [ErrorCodes.TokenExpired] = new("The access token is too old.", "Get a new one with the refresh token and repeat the request."),
        [ErrorCodes.MfaRequired] = new("The password was right; a second factor is asked for.", "Send the code to the challenge that details name."),
        [ErrorCodes.AccountLocked] = new("Too many sign-ins failed.", "Wait for the time that Retry-After names, or ask an administrator."),
        [ErrorCodes.SignatureInvalid] = new("The signature of the request does not fit it.", "Check the signed parts, the clock and the nonce."),
        [ErrorCodes.PasswordChangeRequired] = new("The password must be changed before anything else.", "Change it at /auth/password/change."),
        [ErrorCodes.InsufficientPermissions] = new("You are known, and may not do this.", "Ask an administrator for the permission that the endpoint names."),
        [ErrorCodes.TenantSuspended] = new("Your tenant is suspended.", "Ask the operator of the platform."),
        [ErrorCodes.IpBlocked] = new("Requests from your address are refused for a time.", "Wait for the time that Retry-After names."),
        [ErrorCodes.GeoRestricted] = new("Your tenant does not allow requests from your region.", "Ask an administrator of your tenant."),
        [ErrorCodes.QueryNotAllowed] = new("The query holds something that is not allowed here.", "Use reading clauses only; the message names what was refused."),
        [ErrorCodes.NotFound] = new("There is nothing at this address, or nothing that you may see.", "Check the path and the id."),
        [ErrorCodes.MethodNotAllowed] = new("The address does not take this method.", "Use one of the methods in the Allow header."),
        [ErrorCodes.ResourceExists] = new("A resource with this name or id is there already.", "Use the one that exists, or another name."),
        [ErrorCodes.Conflict] = new("The request does not fit the present state of the resource.", "Read the resource again and decide anew."),
        [ErrorCodes.PreconditionFailed] = new("The resource changed since it was read.", "Read it again and send its present ETag in If-Match."),
        [ErrorCodes.PreconditionRequired] = new("This change needs an If-Match header.", "Read the resource and send its ETag."),
        [ErrorCodes.PayloadTooLarge] = new("The body is larger than this address takes.", "Send less, or use the bulk or import endpoint."),
        [ErrorCodes.UriTooLong] = new("The address is too long.", "Send the parameters in a body."),
        [ErrorCodes.HeadersTooLarge] = new("The headers are too large.", "Send fewer or shorter headers."),
        [ErrorCodes.UnsupportedMediaType] = new("The body has a content type that is not accepted here.", "Send the type that the endpoint documents, usually application/json."),
        [ErrorCodes.ValidationError] = new("The request is well-formed and not valid.", "Correct the fields that details (v1) or errors (v2) name; all faults are listed at once."),
        [ErrorCodes.QueryTooExpensive] = new("The query takes too much time or memory.", "Narrow it: fewer hops, a filter, a limit."),
        [ErrorCodes.DependencyFailed] = new("The operation of a batch was not sent, because one that it depends on failed.", "Correct that one; its own answer tells why it failed."),
        [ErrorCodes.IdempotencyKeyReused] = new("The Idempotency-Key was used with another body.", "Use a new key for a new request."),
        [ErrorCodes.RateLimitExceeded] = new("A limit of requests is reached.", "Wait for the time that Retry-After names; the RateLimit headers tell what is left."),
        [ErrorCodes.QuotaExceeded] = new("The month's quota of the plan is used up.", "Wait for the next month, or change the plan."),
        [ErrorCodes.UpstreamUnavailable] = new("A service behind the gateway cannot be reached.", "Try again after the time that Retry-After names."),
        [ErrorCodes.UpstreamTimeout] = new("A service behind the gateway did not answer in time.", "Try again later, or ask for less."),
        [ErrorCodes.ServiceUnavailable] = new("The platform cannot answer right now.", "Try again after the time that Retry-After names."),
        [ErrorCodes.DatabaseError] = new("A database cannot be reached.", "Try again after the time that Retry-After names."),
        [ErrorCodes.InternalServerError] = new("Something went wrong on our side.", "Try again; if it stays, report the request id."),
    }.ToFrozenDictionary();

    public static ErrorPage Of(string code) => Pages[code];

    /// <summary>The codes that have a page.</summary>
    public static IEnumerable<string> Codes => Pages.Keys;
}

/// <summary>The two paragraphs of an error's page.</summary>
internal sealed record ErrorPage(string Meaning, string Remedy);
