using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Platform.TestSupport;

namespace Platform.EndToEndTests;

/// <summary>No personal data and no secret in any signal: what clients send comes back out of no trace, metric, log or console.</summary>
public sealed partial class PrivacyTests(PlatformFixture platform)
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    /// <summary>In everything that this test sends and nothing else does.</summary>
    private readonly string _canary = "zq" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(10));

    private readonly List<string> _secrets = [];

    [Fact]
    public async Task What_clients_send_is_in_no_signal()
    {
        await SignInAndOutAsync();
        await UseKeysAsync();
        await WriteAndAskAsync();
        await BeRefusedAsync();
        await ArrivedAsync();

        var search = await SignalSearch.CollectAsync(platform, Ct);
        foreach (var kind in new[] { "OTLP traces", "OTLP metrics", "OTLP logs", "metrics of gateway", "console of identity", "console of postgres", "console of rabbitmq" })
        {
            Assert.Contains(kind, search.Kinds);
        }

        Assert.Empty(search.Find(_canary));
        foreach (var secret in _secrets.Concat(await StoredSecretsAsync()))
        {
            Assert.Empty(search.Find(secret));
        }

        // Tokens of any kind begin so, in whatever header or field they travel.
        Assert.Empty(search.Find("eyJhbGciOi"));
        Assert.Empty(search.Find(platform.AdminEmail));
    }

    [Fact]
    public async Task The_search_finds_what_is_planted()
    {
        var planted = await SignalSearch.CollectAsync(platform, Ct);
        planted.Add("plain", Encoding.UTF8.GetBytes($"password={_canary.ToUpperInvariant()}"));
        for (var before = 0; before < 3; before++)
        {
            planted.Add($"base64 {before}", Encoding.UTF8.GetBytes(Convert.ToBase64String(Encoding.UTF8.GetBytes($"{new string('u', before)}{_canary}:x"))));
        }

        Assert.Equal(["plain", "base64 0", "base64 1", "base64 2"], planted.Find(_canary).Select(f => f[..f.IndexOf(':')]));
    }

    private async Task SignInAndOutAsync()
    {
        // A password must not hold the name, so it has a mark of its own.
        var (email, password) = ($"{_canary}@example.org", $"Pw-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(10))}-9!");
        _secrets.Add(password);
        await platform.Admin.PostAsync("/api/v2/users", new { username = email, password, role = "analyst", must_change_password = false });
        using (await platform.Admin.SendAsync(HttpMethod.Post, "/api/v2/users", new { username = email, password }))
        using (await platform.Anonymous().SendAsync(HttpMethod.Post, "/api/v2/auth/login", new { username = email, password = $"wrong-{_canary}" }))
        using (await platform.Anonymous().SendAsync(HttpMethod.Post, "/api/v2/auth/login", new { username = $"nobody-{_canary}@example.org", password }))
        {
            // Refused, all of them; only what is written about it matters here.
        }

        var session = await platform.Anonymous().PostAsync("/api/v2/auth/login", new { username = email, password });
        var (access, refresh) = (session.GetProperty("access_token").GetString()!, session.GetProperty("refresh_token").GetString()!);
        _secrets.AddRange([access, refresh]);
        using var user = new Api(platform.Instance.Gateway).WithBearer(access);
        using (await user.SendAsync(HttpMethod.Post, "/api/v2/auth/change-password", new { current_password = $"no-{_canary}", new_password = $"New-{_canary}-8!" }))
        using (await user.SendAsync(HttpMethod.Post, "/api/v2/auth/refresh", new { refresh_token = refresh }))
        using (await user.SendAsync(HttpMethod.Post, "/api/v2/auth/logout", new { }))
        {
            // The same.
        }
    }

    private async Task UseKeysAsync()
    {
        var key = (await platform.Admin.PostAsync("/api/v2/admin/api-keys", new { name = $"key {_canary}", permissions = new[] { "read:all" } })).GetProperty("key").GetString()!;
        var client = await platform.Admin.PostAsync("/api/v2/integrations/clients",
            new { client_name = $"client {_canary}", permissions = new[] { "read:threat_intel" }, grant_types = new[] { "client_credentials" } });
        var (id, secret) = (client.GetProperty("client_id").GetString()!, client.GetProperty("client_secret").GetString()!);
        _secrets.AddRange([key, secret]);
        await platform.Anonymous().WithApiKey(key).GetAsync($"/api/v2/threat-intel/indicators?search={_canary}&email={_canary}@example.org");
        foreach (var presented in new[] { secret, $"wrong-{_canary}" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/connect/token")
            {
                Content = new FormUrlEncodedContent([new("grant_type", "client_credentials"), new("client_id", id), new("client_secret", presented)]),
            };
            using var basic = new HttpRequestMessage(HttpMethod.Post, "/connect/token") { Content = new FormUrlEncodedContent([new("grant_type", "client_credentials")]) };
            basic.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{id}:{presented}")));
            using var form = await platform.Anonymous().Http.SendAsync(request, Ct);
            using var header = await platform.Anonymous().Http.SendAsync(basic, Ct);
            if (form.IsSuccessStatusCode)
            {
                _secrets.Add(JsonDocument.Parse(await form.Content.ReadAsStringAsync(Ct)).RootElement.GetProperty("access_token").GetString()!);
            }
        }
    }

    private async Task WriteAndAskAsync()
    {
        await platform.Admin.ImportAsync(SmallBundle.Create(out var actor, out _, $"Heron {_canary}"));
        await Eventually.TrueAsync(
            async () =>
            {
                using var node = await platform.Admin.SendAsync(HttpMethod.Get, $"/api/v2/knowledge-graph/nodes/{actor}");
                return node.IsSuccessStatusCode;
            },
            TimeSpan.FromSeconds(30), Ct, "The imported node");
        foreach (var (path, body) in new (string, object)[]
        {
            ("/api/v2/knowledge-graph/query", new { cypher = $"MATCH (n:Object) WHERE n.name = '{_canary}' RETURN n.id", parameters = new { } }),
            ("/api/v2/knowledge-graph/query", new { cypher = "MATCH (n:Object) WHERE n.name = $x RETURN n.id", parameters = new { x = _canary } }),
            ("/api/v2/knowledge-graph/query", new { cypher = $"MATCH (n {_canary} RETURN" }),
            ("/api/v2/knowledge-graph/search", new { query = $"{_canary} heron", search_type = "text" }),
            ("/api/v1/agent/chat_sse", new { message = $"How many techniques does Heron {_canary} use?" }),
        })
        {
            using var response = await platform.Admin.SendAsync(HttpMethod.Post, path, body);
            await response.Content.ReadAsStringAsync(Ct);
        }
    }

    private async Task BeRefusedAsync()
    {
        var requests = new List<HttpRequestMessage>
        {
            new(HttpMethod.Post, "/api/v2/threat-intel/import") { Content = new StringContent($"{{\"type\":\"bundle\",\"objects\":[{_canary}", Encoding.UTF8, "application/json") },
            new(HttpMethod.Post, "/api/v2/users") { Content = new StringContent($"{{\"username\":\"{_canary}\",\"role\":\"{_canary}\"}}", Encoding.UTF8, "application/json") },
            new(HttpMethod.Post, "/api/v2/users") { Content = new StringContent($"{{\"{_canary}\":1", Encoding.UTF8, "application/json") },
            new(HttpMethod.Get, $"/api/v2/threat-intel/indicators?cursor={_canary}&token={_canary}"),
            new(HttpMethod.Get, $"/api/v2/users/{_canary}@example.org?access_token={_canary}"),
            new(HttpMethod.Get, $"/nowhere?password={_canary}"),
        };
        foreach (var request in requests)
        {
            request.Headers.Add("User-Agent", $"Browser-{_canary}/1.0");
            request.Headers.Add("Cookie", $"session={_canary}");
            request.Headers.Add("Idempotency-Key", _canary);
            request.Headers.Add("Referer", $"https://example.org/?q={_canary}");
            request.Headers.Add("tracestate", $"canary={_canary}");
            request.Headers.Add("baggage", $"user={_canary}");
            using var response = await platform.Admin.Http.SendAsync(request, Ct);
            Assert.True(response.StatusCode < HttpStatusCode.InternalServerError, $"{request.RequestUri} answered {(int)response.StatusCode}");
        }

        foreach (var (name, value) in new[] { ("Authorization", $"Bearer {_canary}.{_canary}.{_canary}"), ("Authorization", $"Bearer eyJhbGciOiJub25lIn0.{_canary}."), ("X-API-Key", $"pk_live_{_canary}") })
        {
            using var client = platform.Anonymous();
            client.Http.DefaultRequestHeaders.TryAddWithoutValidation(name, value);
            using var response = await client.SendAsync(HttpMethod.Get, "/api/v2/threat-intel/indicators");
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        }
    }

    /// <summary>Waits until a span and a log line of a last request have come, and two rounds of metrics.</summary>
    private async Task ArrivedAsync()
    {
        var metrics = platform.Telemetry.Bodies.Count(b => b.Signal == "metrics");
        var trace = await LastTraceAsync();
        await Eventually.TrueAsync(
            () => Task.FromResult(platform.Telemetry.Spans.Any(s => s.TraceId == trace && s.Service == "identity")
                && platform.Telemetry.Bodies.Any(b => b.Signal == "logs" && b.Bytes.AsSpan().IndexOf(Convert.FromHexString(trace)) >= 0)
                // Six services send them, each in its own time.
                && platform.Telemetry.Bodies.Count(b => b.Signal == "metrics") >= metrics + 12),
            TimeSpan.FromSeconds(60), Ct, "The last of the signals");
    }

    private async Task<string> LastTraceAsync()
    {
        using var response = await platform.Admin.SendAsync(HttpMethod.Get, "/api/v2/users/me");
        return response.Headers.GetValues("X-Trace-ID").Single();
    }

    /// <summary>What the run generated for itself: passwords of stores, keys between services, the administrator's password.</summary>
    private async Task<List<string>> StoredSecretsAsync()
    {
        var secrets = new List<string> { platform.AdminPassword };
        using var generated = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(platform.Instance.DataFolder, "secrets.json"), Ct));
        secrets.AddRange(generated.RootElement.EnumerateObject().Select(s => s.Value.GetString()!));
        using var run = JsonDocument.Parse(await File.ReadAllTextAsync(platform.Instance.RunFile, Ct));
        secrets.AddRange(run.RootElement.GetProperty("connection_strings").EnumerateObject()
            .SelectMany(c => Password().Matches(c.Value.GetString()!).Select(m => m.Groups[1].Value)));
        Assert.True(secrets.Count > 15);
        Assert.All(secrets, s => Assert.True(s.Length >= 12, "A secret is too short to be looked for."));
        return secrets;
    }

    [GeneratedRegex("(?:[Pp]assword=|://[^:/@]*:)([^;@,]+)")]
    private static partial Regex Password();
}
