using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Platform.Benchmarks.Tokens;

/// <summary>A browser that is signed in, as a source of authorization codes: each begins a family of tokens of its own.</summary>
internal sealed partial class SignedInBrowser : IDisposable
{
    private const string Client = "platform-docs";
    private const string Verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    private const string Challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    private readonly HttpClient _http;
    private readonly string _redirect;

    private SignedInBrowser(Uri gateway, string issuer)
    {
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = gateway };
        _redirect = issuer + "/api/docs/oauth2-redirect.html";
    }

    private string Authorize =>
        $"/connect/authorize?client_id={Client}&response_type=code&redirect_uri={Uri.EscapeDataString(_redirect)}&scope=openid%20offline_access&code_challenge={Challenge}&code_challenge_method=S256";

    public static async Task<SignedInBrowser> OpenAsync(Uri gateway, string username, string password, CancellationToken ct)
    {
        using var anonymous = new HttpClient { BaseAddress = gateway };
        using var metadata = JsonDocument.Parse(await anonymous.GetStringAsync("/.well-known/openid-configuration", ct));
        var browser = new SignedInBrowser(gateway, metadata.RootElement.GetProperty("issuer").GetString()!);
        var page = await browser._http.GetStringAsync(browser.Authorize, ct);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["interaction"] = Interaction().Match(page).Groups[1].Value,
            ["username"] = username,
            ["password"] = password,
            ["tenant"] = "",
        });
        using var answer = await browser._http.PostAsync("/connect/signin", form, ct);
        return answer.StatusCode == HttpStatusCode.SeeOther
            ? browser
            : throw new InvalidOperationException($"The sign-in page answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(ct)}");
    }

    /// <summary>The refresh token of a new family.</summary>
    public async Task<string> NewFamilyAsync(CancellationToken ct)
    {
        using var answer = await _http.GetAsync(Authorize, ct);
        var code = Code().Match(answer.Headers.Location!.OriginalString).Groups[1].Value;
        var tokens = await AskAsync(ct, ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", _redirect), ("code_verifier", Verifier));
        return tokens ?? throw new InvalidOperationException("The code was not accepted.");
    }

    /// <summary>The next refresh token; null when this one is refused.</summary>
    public Task<string?> RefreshAsync(string token, CancellationToken ct) => AskAsync(ct, ("grant_type", "refresh_token"), ("refresh_token", token));

    public void Dispose() => _http.Dispose();

    private async Task<string?> AskAsync(CancellationToken ct, params (string Name, string Value)[] fields)
    {
        using var form = new FormUrlEncodedContent(fields.Append(("client_id", Client)).Select(f => KeyValuePair.Create(f.Item1, f.Item2)));
        using var answer = await _http.PostAsync("/connect/token", form, ct);
        using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(ct));
        if (answer.IsSuccessStatusCode)
        {
            return body.RootElement.GetProperty("refresh_token").GetString();
        }

        // Anything but a refusal of the token, such as a limit or a fault, would spoil the count.
        return body.RootElement.GetProperty("error").GetString() == "invalid_grant" ? null : throw new InvalidOperationException(body.RootElement.ToString());
    }

    [GeneratedRegex("name=\"interaction\" value=\"([^\"]*)\"")]
    private static partial Regex Interaction();

    [GeneratedRegex("[?&]code=([^&]+)")]
    private static partial Regex Code();
}
