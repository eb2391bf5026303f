using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Platform.Identity.Authorization;
using Platform.Identity.Clients;
using Platform.Identity.Keys;
using Platform.Identity.Mfa;

namespace Platform.Identity.Browser;

/// <summary>What a person is in the middle of, carried from page to page.</summary>
/// <param name="ExpiresAt">When the pages have to be begun anew.</param>
/// <param name="Request">A client's authorization request.</param>
/// <param name="UserCode">A device's code; empty until it was typed.</param>
/// <param name="SignOut">A sign-out.</param>
/// <param name="Factor">The second factor that their sign-in waits for.</param>
internal sealed record Interaction(
    DateTimeOffset ExpiresAt, AuthorizationRequest? Request = null, string? UserCode = null, SignOutRequest? SignOut = null, MfaDemand? Factor = null)
{
    /// <summary>Where its forms may lead beside here.</summary>
    public string? FormTarget => (Request?.RedirectUri ?? SignOut?.RedirectUri) is { } uri ? RedirectUris.SourceOf(uri) : null;
}

/// <summary>Where a sign-out goes on to.</summary>
internal sealed record SignOutRequest(string? RedirectUri, string? State);

/// <summary>
/// Seals interactions into the forms of one browser: nobody reads or changes them, and in another browser they do not
/// open. So a form is no use to a forger, and the server keeps nothing for people who only look.
/// </summary>
internal sealed class Interactions(Vault vault, BrowserCookies cookies, TimeProvider clock)
{
    private const int LongestSealed = 64 * 1024;

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(20);

    public DateTimeOffset Expiry => clock.GetUtcNow() + Lifetime;

    public string Seal(HttpContext http, Interaction interaction) =>
        WebEncoders.Base64UrlEncode(vault.Seal(JsonSerializer.SerializeToUtf8Bytes(interaction), ContextOf(cookies.Binding(http))));

    /// <summary>What a form carried; null when it is forged, of another browser, or too old.</summary>
    public Interaction? Open(HttpContext http, string? text)
    {
        if (text is not { Length: > 40 and <= LongestSealed } || cookies.KnownBinding(http) is not { } binding || IsCrossSite(http.Request))
        {
            return null;
        }

        try
        {
            var interaction = JsonSerializer.Deserialize<Interaction>(vault.Open(WebEncoders.Base64UrlDecode(text), ContextOf(binding)));
            return interaction?.ExpiresAt > clock.GetUtcNow() ? interaction : null;
        }
        catch (Exception exception) when (exception is CryptographicException or FormatException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Browsers say so themselves; the cookie alone would do.</summary>
    private static bool IsCrossSite(HttpRequest request) => request.Headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site";

    private static string ContextOf(string binding) => "interaction:" + binding;
}
