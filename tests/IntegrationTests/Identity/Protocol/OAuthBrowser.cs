using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.WebUtilities;

namespace Platform.IntegrationTests.Identity.Protocol;

/// <summary>What a browser got: a page, or where to go next.</summary>
internal sealed partial record Shown(HttpStatusCode Status, string Body, string? Location, HttpResponseMessage Response)
{
    /// <summary>The sealed interaction in the page's form.</summary>
    public string Interaction => Field().Match(Body) is { Success: true } match ? WebUtility.HtmlDecode(match.Groups[1].Value) : throw new InvalidOperationException($"No form in {(int)Status} {Location} {Body}");

    public bool HasForm => Field().IsMatch(Body);

    /// <summary>The parameters that the client is sent.</summary>
    public Dictionary<string, string> Answer
    {
        get
        {
            Assert.True(Location is not null, $"{(int)Status} {Body}");
            return QueryHelpers.ParseQuery(new Uri(Location!).Query).ToDictionary(p => p.Key, p => p.Value.ToString());
        }
    }

    public string Code => Answer.TryGetValue("code", out var code) ? code : throw new InvalidOperationException(Location);

    [GeneratedRegex("name=\"interaction\" value=\"([^\"]*)\"")]
    private static partial Regex Field();
}

/// <summary>A browser as the gateway passes it on: it keeps cookies and follows no redirect by itself.</summary>
internal sealed partial class OAuthBrowser(IdentityFixture identity)
{
    private readonly string _address = identity.NewAddress();

    public Dictionary<string, string> Cookies { get; } = [];

    public Task<Shown> GetAsync(string path) => SendAsync(new HttpRequestMessage(HttpMethod.Get, path));

    public Task<Shown> PostAsync(string path, params (string Name, string Value)[] fields) => SendAsync(new HttpRequestMessage(HttpMethod.Post, path)
    {
        Content = new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Name, f.Value))),
    });

    public Task<Shown> SignInAsync(Shown page, string username, string password = IdentityFixture.Password, string? tenant = null) => PostAsync(
        "/connect/signin", ("interaction", page.Interaction), ("username", username), ("password", password), ("tenant", tenant ?? ""));

    public Task<Shown> DecideAsync(Shown page, string decision) => PostAsync("/connect/consent", ("interaction", page.Interaction), ("decision", decision));

    public async Task<Shown> SendAsync(HttpRequestMessage request)
    {
        request.Headers.Add("X-Client-Address", _address);
        if (Cookies.Count > 0)
        {
            request.Headers.Add("Cookie", string.Join("; ", Cookies.Select(c => $"{c.Key}={c.Value}")));
        }

        var response = await identity.Plain.SendAsync(request, TestContext.Current.CancellationToken);
        foreach (var cookie in response.Headers.TryGetValues("Set-Cookie", out var values) ? values : [])
        {
            var match = Cookie().Match(cookie);
            if (cookie.Contains("expires=Thu, 01 Jan 1970", StringComparison.Ordinal))
            {
                Cookies.Remove(match.Groups[1].Value);
            }
            else
            {
                Cookies[match.Groups[1].Value] = match.Groups[2].Value;
            }
        }

        return new Shown(response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers.TryGetValues("Location", out var location) ? location.Single() : null, response);
    }

    [GeneratedRegex("^([^=]+)=([^;]*)")]
    private static partial Regex Cookie();
}
