using System.Net;
using System.Text.Json.Serialization;
using Microsoft.IdentityModel.JsonWebTokens;
using Platform.Gateway.Authentication;
using Platform.Gateway.Revocation;
using Platform.Gateway.Tenants;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Tokens;

/// <summary>
/// Token exchange (RFC 8693) on the internal listener: Agent, which acts for a caller, gets that caller's rights at
/// another service. Never wider than the token it came with, and only while the caller could still come in by the door.
/// </summary>
internal sealed class TokenExchange(InternalKeyring keys, Revocations revocations, TenantStates tenants, FeedState feed, TimeProvider clock)
{
    public const string Path = "/internal/token";
    private const string GrantType = "urn:ietf:params:oauth:grant-type:token-exchange";
    private const string AccessTokenType = "urn:ietf:params:oauth:token-type:access_token";
    private const string JwtType = "urn:ietf:params:oauth:token-type:jwt";

    /// <summary>An answer may take five minutes to stream; the token it began with lives one.</summary>
    private static readonly TimeSpan LongestWork = TimeSpan.FromSeconds(330);

    private static readonly JsonWebTokenHandler Handler = new();

    public async Task HandleAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        if (!HttpMethods.IsPost(context.Request.Method) || context.Request.Path != Path || !context.Request.HasFormContentType)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var (token, error) = await ExchangeAsync(
            form["grant_type"].ToString(), form["subject_token"].ToString(), form["subject_token_type"].ToString(), form["audience"].ToString(), context.RequestAborted);
        context.Response.StatusCode = error is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest;
        await (error is null
            ? context.Response.WriteAsJsonAsync(new Exchanged(token!, AccessTokenType, "Bearer", (int)InternalTokens.Lifetime.TotalSeconds), Json.Options, context.RequestAborted)
            : context.Response.WriteAsJsonAsync(error, Json.Options, context.RequestAborted));
    }

    private async Task<(string? Token, OAuthError? Error)> ExchangeAsync(string grant, string subject, string type, string audience, CancellationToken ct)
    {
        if (grant != GrantType)
        {
            return (null, new OAuthError("unsupported_grant_type", "Only token exchange is offered here."));
        }

        var target = Upstreams.IndexOf(audience);
        if (target < 0)
        {
            return (null, new OAuthError("invalid_target", "The audience is not a service."));
        }

        if (type is not (AccessTokenType or JwtType) || await VerifyAsync(subject) is not { } caller)
        {
            return (null, new OAuthError("invalid_request", "The subject token is not a valid token of the agent."));
        }

        if (!await MayGoOnAsync(caller.Caller, caller.IssuedAt, ct))
        {
            return (null, new OAuthError("invalid_grant", "The credential behind the token was revoked."));
        }

        var acting = caller.Caller with { ActingFor = Upstreams.Agent };
        return (InternalTokens.Issue(acting, audience, keys[target], clock.GetUtcNow()), null);
    }

    private async Task<(Caller Caller, DateTimeOffset IssuedAt)?> VerifyAsync(string token)
    {
        if (!Handler.CanReadToken(token))
        {
            return null;
        }

        JsonWebToken unverified;
        try
        {
            unverified = Handler.ReadJsonWebToken(token);
        }
        catch (ArgumentException)
        {
            return null;
        }

        // The token is checked as of the last moment of its life when that was not too long ago.
        var now = clock.GetUtcNow();
        var end = new DateTimeOffset(unverified.ValidTo, TimeSpan.Zero);
        var moment = end > now ? now : end + LongestWork > now ? end - TimeSpan.FromSeconds(1) : now;
        var verified = await InternalTokens.ValidateAsync(token, Upstreams.Agent, keys[Upstreams.IndexOf(Upstreams.Agent)], new StoppedClock(moment));
        return verified is null ? null : (verified.Value.Caller, new DateTimeOffset(unverified.IssuedAt, TimeSpan.Zero));
    }

    private async Task<bool> MayGoOnAsync(Caller caller, DateTimeOffset issuedAt, CancellationToken ct) =>
        !revocations.Void(caller, issuedAt)
        && await tenants.GetAsync(tenants.Entry(caller.TenantId), feed.MaxAge, ct) is { IsActive: true };

    private sealed class StoppedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }

    private sealed record Exchanged(string AccessToken, string IssuedTokenType, string TokenType, int ExpiresIn);

    /// <summary>RFC 6749, section 5.2.</summary>
    private sealed record OAuthError(string Error, [property: JsonPropertyName("error_description")] string Description);
}

/// <summary>The listener for services, on loopback.</summary>
internal static class InternalListener
{
    public const string PortSetting = "INTERNAL_PORT";

    public static void AddInternalListener(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<TokenExchange>();
        if (Port(builder.Configuration) is { } port)
        {
            var addresses = builder.WebHost.GetSetting(WebHostDefaults.ServerUrlsKey) ?? "http://localhost:5000";
            builder.WebHost.UseUrls([.. addresses.Split(';', StringSplitOptions.RemoveEmptyEntries), $"http://{IPAddress.Loopback}:{port}"]);
        }
    }

    /// <summary>
    /// What comes in on the internal port takes a pipeline of its own and never meets the routes. The port is that of
    /// the connection, not of the Host header.
    /// </summary>
    public static void UseInternalListener(this WebApplication app)
    {
        if (Port(app.Configuration) is { } port)
        {
            app.MapWhen(
                context => context.Connection.LocalPort == port,
                branch => branch.Run(context => context.RequestServices.GetRequiredService<TokenExchange>().HandleAsync(context)));
        }
    }

    private static int? Port(IConfiguration configuration) => configuration.GetValue<int?>(PortSetting);
}
