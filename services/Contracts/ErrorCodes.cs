using System.Collections.Frozen;

namespace Platform.Contracts;

/// <summary>
/// The stable <c>error.code</c> constants and the HTTP status each one has. A client may switch on them;
/// each has a page in the documentation that <c>type</c> of a problem document links to.
/// </summary>
public static class ErrorCodes
{
    public const string ValidationError = "VALIDATION_ERROR";
    public const string MalformedRequest = "MALFORMED_REQUEST";
    public const string AuthRequired = "AUTH_REQUIRED";
    public const string AuthFailed = "AUTH_FAILED";
    public const string TokenExpired = "TOKEN_EXPIRED";
    public const string MfaRequired = "MFA_REQUIRED";
    public const string AccountLocked = "ACCOUNT_LOCKED";
    public const string PasswordChangeRequired = "PASSWORD_CHANGE_REQUIRED";
    public const string InsufficientPermissions = "INSUFFICIENT_PERMISSIONS";
    public const string NotFound = "NOT_FOUND";
    public const string ResourceExists = "RESOURCE_EXISTS";
    public const string Conflict = "CONFLICT";
    public const string PreconditionFailed = "PRECONDITION_FAILED";
    public const string PreconditionRequired = "PRECONDITION_REQUIRED";
    public const string PayloadTooLarge = "PAYLOAD_TOO_LARGE";
    public const string UnsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE";
    public const string RateLimitExceeded = "RATE_LIMIT_EXCEEDED";
    public const string IpBlocked = "IP_BLOCKED";
    public const string GeoRestricted = "GEO_RESTRICTED";
    public const string SignatureInvalid = "SIGNATURE_INVALID";
    public const string DependencyFailed = "DEPENDENCY_FAILED";
    public const string IdempotencyKeyReused = "IDEMPOTENCY_KEY_REUSED";
    public const string QueryTooExpensive = "QUERY_TOO_EXPENSIVE";
    public const string QueryNotAllowed = "QUERY_NOT_ALLOWED";
    public const string TenantSuspended = "TENANT_SUSPENDED";
    public const string QuotaExceeded = "QUOTA_EXCEEDED";
    public const string MethodNotAllowed = "METHOD_NOT_ALLOWED";
    public const string UriTooLong = "URI_TOO_LONG";
    public const string HeadersTooLarge = "HEADERS_TOO_LARGE";
    public const string UpstreamUnavailable = "UPSTREAM_UNAVAILABLE";
    public const string UpstreamTimeout = "UPSTREAM_TIMEOUT";
    public const string ServiceUnavailable = "SERVICE_UNAVAILABLE";
    public const string DatabaseError = "DATABASE_ERROR";
    public const string InternalServerError = "INTERNAL_SERVER_ERROR";

    /// <summary>The HTTP status of every code.</summary>
    public static readonly FrozenDictionary<string, int> Statuses = new Dictionary<string, int>
    {
        [MalformedRequest] = 400,
        [AuthRequired] = 401,
        [AuthFailed] = 401,
        [TokenExpired] = 401,
        [MfaRequired] = 401,
        [AccountLocked] = 401,
        [SignatureInvalid] = 401,
        [PasswordChangeRequired] = 403,
        [InsufficientPermissions] = 403,
        [TenantSuspended] = 403,
        [IpBlocked] = 403,
        [GeoRestricted] = 403,
        [QueryNotAllowed] = 403,
        [NotFound] = 404,
        [MethodNotAllowed] = 405,
        [ResourceExists] = 409,
        [Conflict] = 409,
        [PreconditionFailed] = 412,
        [PayloadTooLarge] = 413,
        [UriTooLong] = 414,
        [UnsupportedMediaType] = 415,
        [ValidationError] = 422,
        [QueryTooExpensive] = 422,
        [IdempotencyKeyReused] = 422,
        [DependencyFailed] = 424,
        [PreconditionRequired] = 428,
        [RateLimitExceeded] = 429,
        [QuotaExceeded] = 429,
        [HeadersTooLarge] = 431,
        [InternalServerError] = 500,
        [UpstreamUnavailable] = 502,
        [DatabaseError] = 503,
        [ServiceUnavailable] = 503,
        [UpstreamTimeout] = 504,
    }.ToFrozenDictionary();

    /// <summary>The code that fits a bare status, for answers that no handler wrote.</summary>
    public static string ForStatus(int status) => status switch
    {
        400 => MalformedRequest,
        401 => AuthRequired,
        403 => InsufficientPermissions,
        404 => NotFound,
        405 => MethodNotAllowed,
        409 => Conflict,
        412 => PreconditionFailed,
        413 => PayloadTooLarge,
        414 => UriTooLong,
        415 => UnsupportedMediaType,
        422 => ValidationError,
        428 => PreconditionRequired,
        429 => RateLimitExceeded,
        431 => HeadersTooLarge,
        502 => UpstreamUnavailable,
        503 => ServiceUnavailable,
        504 => UpstreamTimeout,
        >= 400 and < 500 => MalformedRequest,
        _ => InternalServerError,
    };
}
