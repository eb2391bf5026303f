using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Platform.TestSupport;

/// <summary>
/// A signed-in browser and a client that get codes, redeem, refresh and revoke, and remember what they were told. Whatever
/// was used or revoked by an answer that came must be worth nothing for ever, however often servers die in between.
/// </summary>
public sealed partial class TokenTraffic : IDisposable
{
    private const string Client = "platform-docs";
    private const string Verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    private const string Challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    private readonly ConcurrentBag<(string Name, string Value)> _spent = [];
    private readonly ConcurrentBag<(string Name, string Value)> _unsure = [];
    private readonly CookieContainer _cookies = new();
    private readonly Func<HttpMessageHandler, HttpMessageHandler> _wrap;
    private HttpClient _http;
    private string _redirect = "";

    /// <param name="address">Where the server is.</param>
    /// <param name="wrap">What its requests need beside, such as an internal token.</param>
    public TokenTraffic(Uri address, Func<HttpMessageHandler, HttpMessageHandler>? wrap = null)
    {
        _wrap = wrap ?? (h => h);
        _http = Connect(address);
    }

    /// <summary>What is used up or revoked, as the server said.</summary>
    public int Spent => _spent.Count;

    /// <summary>The same server, started again elsewhere.</summary>
    public void MoveTo(Uri address)
    {
        _http.Dispose();
        _http = Connect(address);
    }

    /// <summary>Signs the browser in; without a <paramref name="tenant"/> to the default one.</summary>
    public async Task SignInAsync(string username, string password, CancellationToken ct, string tenant = "")
    {
        using var metadata = JsonDocument.Parse(await _http.GetStringAsync(new Uri("/.well-known/openid-configuration", UriKind.Relative), ct));
        _redirect = metadata.RootElement.GetProperty("issuer").GetString() + "/api/docs/oauth2-redirect.html";
        var page = await _http.GetStringAsync(Authorize(), ct);
        using var form = Form(("interaction", Interaction().Match(page).Groups[1].Value), ("username", username), ("password", password), ("tenant", tenant));
        using var answer = await _http.PostAsync(new Uri("/connect/signin", UriKind.Relative), form, ct);
        if (answer.StatusCode != HttpStatusCode.SeeOther)
        {
            throw new InvalidOperationException($"The sign-in page answered {(int)answer.StatusCode}.");
        }
    }

    /// <summary>Goes on until it is told to stop; whatever fails meanwhile is begun anew.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await RoundAsync();
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException or JsonException)
            {
                await PauseAsync(stop);
            }
        }
    }

    /// <summary>
    /// Tries everything once more: how many of the spent ones were good after all, and how many of those whose answer never
    /// came were good twice.
    /// </summary>
    public async Task<(int Revived, int Doubled)> VerifyAsync()
    {
        var (revived, doubled) = (0, 0);
        foreach (var (name, value) in _unsure)
        {
            var uses = 0;
            for (var i = 0; i < 2; i++)
            {
                uses += await UseAsync(name, value) is null ? 0 : 1;
            }

            doubled += uses > 1 ? 1 : 0;
        }

        foreach (var (name, value) in _spent)
        {
            revived += await UseAsync(name, value) is null ? 0 : 1;
        }

        return (revived, doubled);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task RoundAsync()
    {
        using var answer = await _http.GetAsync(Authorize());
        var code = Code().Match(answer.Headers.Location?.OriginalString ?? "").Groups[1].Value;
        if (code.Length == 0 || await SpendAsync("code", code) is not { } first || await SpendAsync("refresh_token", first) is not { } second)
        {
            return;
        }

        using var form = Form(("client_id", Client), ("token", second));
        using var revoked = await _http.PostAsync(new Uri("/connect/revocation", UriKind.Relative), form);
        if (revoked.IsSuccessStatusCode)
        {
            _spent.Add(("refresh_token", second));
        }
    }

    /// <summary>A server that is gone is not asked without end.</summary>
    private static async Task PauseAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        try
        {
            await timer.WaitForNextTickAsync(stop);
        }
        catch (OperationCanceledException)
        {
            // The caller looks whether to stop.
        }
    }

    private async Task<string?> SpendAsync(string name, string value)
    {
        try
        {
            var next = await UseAsync(name, value);
            _spent.Add((name, value));
            return next;
        }
        catch
        {
            _unsure.Add((name, value));
            throw;
        }
    }

    /// <summary>The refresh token that it gives; null when it is refused, and an exception when there is no answer.</summary>
    private async Task<string?> UseAsync(string name, string value)
    {
        using var form = name == "code"
            ? Form(("client_id", Client), ("grant_type", "authorization_code"), ("code", value), ("redirect_uri", _redirect), ("code_verifier", Verifier))
            : Form(("client_id", Client), ("grant_type", "refresh_token"), ("refresh_token", value));
        using var answer = await _http.PostAsync(new Uri("/connect/token", UriKind.Relative), form);
        if (answer.StatusCode == HttpStatusCode.BadRequest)
        {
            return null;
        }

        return answer.IsSuccessStatusCode
            ? (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("refresh_token").GetString()
            : throw new HttpRequestException($"{name}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
    }

    private Uri Authorize() => new(
        $"/connect/authorize?client_id={Client}&response_type=code&redirect_uri={Uri.EscapeDataString(_redirect)}&scope=openid%20offline_access&code_challenge={Challenge}&code_challenge_method=S256",
        UriKind.Relative);

    private HttpClient Connect(Uri address) => new(_wrap(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = _cookies }))
    {
        BaseAddress = address,
        Timeout = TimeSpan.FromMinutes(1),
    };

    private static FormUrlEncodedContent Form(params (string Name, string Value)[] fields) => new(fields.Select(f => KeyValuePair.Create(f.Name, f.Value)));

    [GeneratedRegex("name=\"interaction\" value=\"([^\"]*)\"")]
    private static partial Regex Interaction();

    [GeneratedRegex("[?&]code=([^&]+)")]
    private static partial Regex Code();
}
