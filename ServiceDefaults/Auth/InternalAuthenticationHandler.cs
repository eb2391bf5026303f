using System.Collections.Concurrent;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Platform.ServiceDefaults;

/// <summary>Settings of internal authentication; there is no way to switch it off.</summary>
public sealed class InternalAuthOptions
{
    public const string Section = "InternalAuth";

    /// <summary>This service's key: 32 random bytes, base64. Shared with the gateway alone.</summary>
    public string Key { get; set; } = "";

    /// <summary>The audience this service answers to; its resource name.</summary>
    public string Audience { get; set; } = "";

    /// <summary>The decoded key.</summary>
    public byte[] KeyBytes => Convert.FromBase64String(Key);
}

/// <summary>
/// Accepts internal tokens and nothing else, and makes the caller known to the scope. Verified tokens are remembered
/// until they expire, so that a busy caller's token is verified once.
/// </summary>
internal sealed class InternalAuthenticationHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> schemeOptions,
    IOptions<InternalAuthOptions> options,
    ILoggerFactory loggers,
    UrlEncoder encoder,
    TimeProvider clock)
    : AuthenticationHandler<AuthenticationSchemeOptions>(schemeOptions, loggers, encoder)
{
    public const string SchemeName = "internal";
    private const int CacheLimit = 10_000;

    private static readonly ConcurrentDictionary<(string Audience, string Token), (Caller Caller, DateTimeOffset ExpiresAt)> Verified = new();

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        if (!header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            return AuthenticateResult.NoResult();
        }

        var token = header["Bearer ".Length..].Trim();
        var entry = (options.Value.Audience, token);
        if (!Verified.TryGetValue(entry, out var known) || known.ExpiresAt <= clock.GetUtcNow())
        {
            Verified.TryRemove(entry, out _);
            if (await InternalTokens.ValidateAsync(token, options.Value.Audience, options.Value.KeyBytes, clock) is not { } fresh)
            {
                return AuthenticateResult.Fail("The internal token is not valid.");
            }

            if (Verified.Count >= CacheLimit)
            {
                Verified.Clear();
            }

            Verified[entry] = known = fresh;
        }

        var call = (CallContext)Context.RequestServices.GetService(typeof(CallContext))!;
        call.Enter(known.Caller);
        var identity = new ClaimsIdentity([new Claim("sub", known.Caller.Subject)], SchemeName);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName));
    }
}
