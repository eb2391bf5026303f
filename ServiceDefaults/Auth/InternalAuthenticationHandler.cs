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

    private static readonly ConcurrentDictionary<(string Audience, string Header), Known> Verified = new();

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        if (!header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            return AuthenticateResult.NoResult();
        }

        var entry = (options.Value.Audience, header);
        if (!Verified.TryGetValue(entry, out var known) || known.ExpiresAt <= clock.GetUtcNow())
        {
            Verified.TryRemove(entry, out _);
            var token = header["Bearer ".Length..].Trim();
            if (await InternalTokens.ValidateAsync(token, options.Value.Audience, options.Value.KeyBytes, clock) is not var (caller, expires))
            {
                return AuthenticateResult.Fail("The internal token is not valid.");
            }

            if (Verified.Count >= CacheLimit)
            {
                Verified.Clear();
            }

            Verified[entry] = known = new Known(caller, expires, PrincipalOf(caller));
        }

        var call = (CallContext)Context.RequestServices.GetService(typeof(CallContext))!;
        call.Enter(known.Caller);
        return AuthenticateResult.Success(new AuthenticationTicket(known.Principal, SchemeName));
    }

    private static ClaimsPrincipal PrincipalOf(Caller caller) => new(new ClaimsIdentity([new Claim("sub", caller.Subject)], SchemeName));

    private sealed record Known(Caller Caller, DateTimeOffset ExpiresAt, ClaimsPrincipal Principal);
}
