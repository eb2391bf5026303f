using System.Security.Cryptography;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;

namespace Platform.Identity.Browser;

/// <summary>
/// The two cookies of the pages: one proves who is signed in, one binds forms to the browser that got them. Both are for
/// this host alone, unseen by scripts, and stay at home when another site sends a form.
/// </summary>
internal sealed class BrowserCookies(IOptions<IdentitySettings> settings)
{
    private static readonly object BindingItem = new();

    private readonly bool _isSecure = settings.Value.Issuer.StartsWith("https://", StringComparison.Ordinal);

    private string SessionName => _isSecure ? "__Host-platform-session" : "platform-session";

    private string BindingName => _isSecure ? "__Host-platform-form" : "platform-form";

    public string? Session(HttpContext http) => http.Request.Cookies[SessionName];

    /// <summary>Signs in: both values are new, so that nothing that was planted before lives on.</summary>
    public void SignIn(HttpContext http, string token)
    {
        http.Response.Cookies.Append(SessionName, token, Options());
        SetBinding(http);
    }

    public void SignOut(HttpContext http)
    {
        http.Response.Cookies.Delete(SessionName, Options());
        http.Response.Cookies.Delete(BindingName, Options());
    }

    /// <summary>The binding that the browser sent; null when it sent none.</summary>
    public string? KnownBinding(HttpContext http) => http.Request.Cookies[BindingName] is { Length: 43 } value ? value : null;

    /// <summary>The binding that the browser will send.</summary>
    public string Binding(HttpContext http) => http.Items[BindingItem] as string ?? KnownBinding(http) ?? SetBinding(http);

    private string SetBinding(HttpContext http)
    {
        var value = WebEncoders.Base64UrlEncode(RandomNumberGenerator.GetBytes(32));
        http.Response.Cookies.Append(BindingName, value, Options());
        http.Items[BindingItem] = value;
        return value;
    }

    private CookieOptions Options() => new() { HttpOnly = true, Secure = _isSecure, SameSite = SameSiteMode.Lax, Path = "/", IsEssential = true };
}
