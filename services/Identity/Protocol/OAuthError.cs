using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;

namespace Platform.Identity.Protocol;

/// <summary>An error answer of the token endpoint (RFC 6749, section 5.2).</summary>
/// <param name="Error">The code.</param>
/// <param name="ErrorDescription">A sentence for developers, ASCII.</param>
internal sealed record OAuthErrorBody(string Error, string ErrorDescription);

/// <summary>An error of the protocol: the code decides the status.</summary>
internal sealed record OAuthError(string Code, string Description, TimeSpan? RetryAfter = null)
{
    public const string InvalidRequest = "invalid_request";
    public const string InvalidClient = "invalid_client";
    public const string InvalidGrant = "invalid_grant";
    public const string InvalidScope = "invalid_scope";
    public const string UnauthorizedClient = "unauthorized_client";
    public const string UnsupportedGrantType = "unsupported_grant_type";

    /// <summary>Of RFC 8628, section 3.5; used for every "too often".</summary>
    public const string SlowDown = "slow_down";

    public JsonHttpResult<OAuthErrorBody> ToResult(HttpResponse response)
    {
        var status = Code switch
        {
            InvalidClient => StatusCodes.Status401Unauthorized,
            SlowDown => StatusCodes.Status429TooManyRequests,
            _ => StatusCodes.Status400BadRequest,
        };
        if (status == StatusCodes.Status401Unauthorized)
        {
            response.Headers.WWWAuthenticate = "Basic realm=\"platform\", charset=\"UTF-8\"";
        }

        if (RetryAfter is { } wait)
        {
            response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        return TypedResults.Json(new OAuthErrorBody(Code, Description), Json.Options, statusCode: status);
    }
}

/// <summary>Ends a protocol request with an error.</summary>
internal sealed class OAuthException(string code, string description, TimeSpan? retryAfter = null) : Exception(description)
{
    public OAuthError Error { get; } = new(code, description, retryAfter);
}
