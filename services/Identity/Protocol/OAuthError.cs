using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;

namespace Platform.Identity.Protocol;

/// <summary>An error answer of a protocol endpoint (RFC 6749, section 5.2).</summary>
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
    public const string UnsupportedResponseType = "unsupported_response_type";
    public const string AccessDenied = "access_denied";
    public const string TemporarilyUnavailable = "temporarily_unavailable";

    /// <summary>RFC 7009, section 2.2.1.</summary>
    public const string UnsupportedTokenType = "unsupported_token_type";

    /// <summary>RFC 8628, section 3.5; with a time to wait it also stands for every "too often".</summary>
    public const string SlowDown = "slow_down";
    public const string AuthorizationPending = "authorization_pending";
    public const string ExpiredToken = "expired_token";

    /// <summary>RFC 9449, section 5.</summary>
    public const string InvalidDpopProof = "invalid_dpop_proof";

    /// <summary>OpenID Connect Core, section 3.1.2.6.</summary>
    public const string LoginRequired = "login_required";
    public const string ConsentRequired = "consent_required";
    public const string RequestNotSupported = "request_not_supported";
    public const string RequestUriNotSupported = "request_uri_not_supported";
    public const string RegistrationNotSupported = "registration_not_supported";
    public const string InvalidRequestUri = "invalid_request_uri";

    public JsonHttpResult<OAuthErrorBody> ToResult(HttpResponse response)
    {
        var status = Code switch
        {
            InvalidClient => StatusCodes.Status401Unauthorized,
            SlowDown when RetryAfter is not null => StatusCodes.Status429TooManyRequests,
            TemporarilyUnavailable => StatusCodes.Status503ServiceUnavailable,
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

/// <summary>How protocol endpoints answer.</summary>
internal static class OAuthAnswers
{
    /// <summary>Runs a handler; its errors become answers, and nothing of it is cached (RFC 6749, section 5.1).</summary>
    public static async Task<Results<TResult, JsonHttpResult<OAuthErrorBody>>> RunAsync<TResult>(HttpContext context, Func<Task<TResult>> handler)
        where TResult : IResult
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.Pragma = "no-cache";
        try
        {
            return await handler();
        }
        catch (OAuthException exception)
        {
            return exception.Error.ToResult(context.Response);
        }
        catch (FaultException exception) when (exception.Fault.Status == StatusCodes.Status503ServiceUnavailable)
        {
            return new OAuthError(OAuthError.TemporarilyUnavailable, exception.Fault.Message, exception.Fault.RetryAfter).ToResult(context.Response);
        }
    }
}
