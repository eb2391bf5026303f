using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Platform.Contracts;
using Platform.Gateway.Signatures;
using Platform.Gateway.Tests.Support;
using Platform.ServiceDefaults;
using Platform.TestSupport;

namespace Platform.IntegrationTests.Gateway;

/// <summary>Signed requests and API keys of integration clients, over a real Redis.</summary>
public sealed class RequestSignatureTests(Stack stack) : IAsyncLifetime
{
    private const string Path = "/api/v2/threat-intel/indicators?limit=3";
    private const string ClientId = "ic_test";
    private const string Secret = "cs_current";
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private readonly string _data = Directory.CreateTempSubdirectory("gateway-").FullName;
    private GatewayUnderTest _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        var redis = await stack.ConnectionAsync("state");
        _gateway = await GatewayUnderTest.StartAsync(s =>
        {
            s["ConnectionStrings:state"] = redis;
            s["Platform:DataRoot"] = _data;
            s["Gateway:LimitPatienceMilliseconds"] = "10000";
            s["Gateway:AnonymousPerMinute"] = "10000";
        });
        Know([Secret]);
        await Eventually.TrueAsync(async () => (await SendAsync(Signed())).StatusCode == HttpStatusCode.OK, TimeSpan.FromSeconds(30), Ct, "A signed request");
        _gateway.ThreatIntel.Requests.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    [Fact]
    public async Task Rfc9421_a_signed_request_has_the_rights_of_its_client()
    {
        var response = await SendAsync(Signed(HttpMethod.Post, "{\"a\":1}"));

        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Ct));
        var caller = await _gateway.CallerAtAsync("threatintel");
        Assert.Equal((CallerKind.Client, ClientId, ClientId, TlpLevel.Amber), (caller!.Kind, caller.Subject, caller.CredentialId, caller.Clearance));
        Assert.Equal(["read:threat_intel"], caller.Permissions.Granted);
        Assert.DoesNotContain(_gateway.ThreatIntel.Last.Headers.Keys, h => h.StartsWith("Signature", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Rfc9421_section_7_2_2_a_nonce_is_good_once_of_50_at_once()
    {
        var nonce = Guid.NewGuid().ToString();
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => SendAsync(Signed(nonce: nonce))));
        Assert.Single(answers, a => a.StatusCode == HttpStatusCode.OK);
        Assert.Equal(49, answers.Count(a => a.StatusCode == HttpStatusCode.Unauthorized));
        Assert.Single(_gateway.ThreatIntel.Requests);
    }

    [Theory]
    [InlineData(-301)]
    [InlineData(301)]
    public async Task A_signature_is_good_for_five_minutes_around_its_time(int seconds)
    {
        await AssertRefusedAsync(Signed(created: seconds));
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(Signed(created: seconds - Math.Sign(seconds) * 10))).StatusCode);
        await AssertRefusedAsync(Older(created: seconds));
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(Older(created: seconds - Math.Sign(seconds) * 10))).StatusCode);
    }

    [Fact]
    public async Task Rfc9421_section_3_2_whatever_was_signed_cannot_be_changed()
    {
        await AssertRefusedAsync(Change(Signed(), r => r.Method = HttpMethod.Delete));
        await AssertRefusedAsync(Change(Signed(), r => r.RequestUri = new Uri(Path + "0", UriKind.Relative)));
        await AssertRefusedAsync(Change(Signed(), r => r.Headers.Host = "elsewhere.example"));
        await AssertRefusedAsync(Signed(secret: "cs_other"));
        await AssertRefusedAsync(Signed(client: "ic_nobody"));
        await AssertRefusedAsync(Signed(covered: "\"@method\""));
        await AssertRefusedAsync(Signed(covered: "\"@target-uri\""));
        await AssertRefusedAsync(Signed(covered: "\"@method\" \"@target-uri\" \"x-absent\""));
        await AssertRefusedAsync(Signed(extra: ";alg=\"rsa-pss-sha512\""));
        await AssertRefusedAsync(Signed(extra: ";expires=1"));
        await AssertRefusedAsync(Signed(HttpMethod.Post, "{}", covered: "\"@method\" \"@target-uri\""));
        Assert.Empty(_gateway.ThreatIntel.Requests);
    }

    [Fact]
    public async Task Rfc9530_another_body_than_the_signed_one_reaches_no_service()
    {
        var request = Signed(HttpMethod.Post, "{\"a\":1}");
        request.Content = new StringContent("{\"a\":2}");
        request.Content.Headers.TryAddWithoutValidation("Content-Digest", DigestOf("{\"a\":1}"));
        await AssertRefusedAsync(request);
        request = Older(HttpMethod.Post, "{\"a\":1}");
        request.Content = new StringContent("{\"a\":2}");
        await AssertRefusedAsync(request);
        Assert.Empty(_gateway.ThreatIntel.Requests);
    }

    [Fact]
    public async Task A_large_signed_body_arrives_whole()
    {
        long received = 0;
        _gateway.ThreatIntel.Answers["/api/v2/threat-intel/import"] = async c =>
        {
            var buffer = new byte[65536];
            int read;
            while ((read = await c.Request.Body.ReadAsync(buffer)) > 0)
            {
                received += read;
            }

            await c.Response.WriteAsJsonAsync(new { ok = true });
        };
        var body = new string('x', 5_000_000);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(Signed(HttpMethod.Post, body, path: "/api/v2/threat-intel/import"))).StatusCode);
        Assert.Equal(body.Length, received);
    }

    [Fact]
    public async Task The_older_form_signs_method_target_time_nonce_and_body()
    {
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(Older())).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(Older(HttpMethod.Post, "{\"a\":1}"))).StatusCode);
        Assert.False(_gateway.ThreatIntel.Last.Headers.ContainsKey("X-Client-Id"));
        Assert.False(_gateway.ThreatIntel.Last.Headers.ContainsKey("X-Signature"));
        var nonce = Guid.NewGuid().ToString();
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(Older(nonce: nonce))).StatusCode);
        await AssertRefusedAsync(Older(nonce: nonce));
        await AssertRefusedAsync(Signed(nonce: nonce));
        await AssertRefusedAsync(Change(Older(), r => r.Method = HttpMethod.Delete));
        await AssertRefusedAsync(Change(Older(), r => r.RequestUri = new Uri(Path + "0", UriKind.Relative)));
        await AssertRefusedAsync(Change(Older(), r => r.Headers.Remove("X-Nonce")));
        await AssertRefusedAsync(Older(client: "ic_nobody"));
    }

    [Fact]
    public async Task A_signature_beside_another_credential_is_400()
    {
        foreach (var request in new[] { Signed(), Older() })
        {
            request.Headers.Add("X-API-Key", "ik_abc");
            Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync(request)).StatusCode);
        }

        Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync(Change(Signed(), r => r.Headers.TryAddWithoutValidation("X-Signature", "00")))).StatusCode);
    }

    [Fact]
    public async Task A_former_secret_signs_until_its_grace_ends()
    {
        Know(["cs_new", Secret], DateTimeOffset.UtcNow.AddMinutes(1));
        await Eventually.TrueAsync(async () => (await SendAsync(Signed(secret: "cs_new"))).StatusCode == HttpStatusCode.OK, TimeSpan.FromSeconds(10), Ct, "The new secret");
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(Signed())).StatusCode);

        Know(["cs_new", Secret], DateTimeOffset.UtcNow.AddSeconds(-1));
        await Eventually.TrueAsync(async () => (await SendAsync(Signed())).StatusCode == HttpStatusCode.Unauthorized, TimeSpan.FromSeconds(10), Ct, "The end of the grace");
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(Signed(secret: "cs_new"))).StatusCode);
    }

    [Fact]
    public async Task A_client_works_from_its_networks_only()
    {
        Know([Secret], networks: ["10.0.0.0/8"]);
        await Eventually.TrueAsync(async () => (await SendAsync(Signed())).StatusCode == HttpStatusCode.Unauthorized, TimeSpan.FromSeconds(10), Ct, "The refusal");
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(Keyed())).StatusCode);
    }

    [Fact]
    public async Task An_API_key_of_a_client_is_resolved_at_Identity()
    {
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(Keyed())).StatusCode);
        var caller = await _gateway.CallerAtAsync("threatintel");
        Assert.Equal((CallerKind.Client, ClientId), (caller!.Kind, caller.Subject));
        Assert.False(_gateway.ThreatIntel.Last.Headers.ContainsKey("X-API-Key"));
    }

    [Fact]
    public async Task With_Identity_away_a_signature_is_503_not_401()
    {
        _gateway.Services["identity"].Answers["/internal/clients/resolve"] = c =>
        {
            c.Response.StatusCode = 500;
            return Task.CompletedTask;
        };
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await SendAsync(Signed(client: "ic_other"))).StatusCode);
    }

    private void Know(string[] secrets, DateTimeOffset? previousUntil = null, string[]? networks = null) =>
        _gateway.Services["identity"].Answers["/internal/clients/resolve"] = async c =>
        {
            using var question = await JsonDocument.ParseAsync(c.Request.Body);
            if (question.RootElement.TryGetProperty("client_id", out var id) && id.GetString() != ClientId)
            {
                c.Response.StatusCode = 404;
                return;
            }

            await c.Response.WriteAsJsonAsync(new
            {
                client_id = ClientId,
                tenant_id = WellKnown.DefaultTenantId,
                permissions = new[] { "read:threat_intel" },
                tlp_clearance = "amber",
                allowed_cidrs = networks ?? [],
                previous_until = previousUntil,
                changed_at = DateTimeOffset.UtcNow.AddDays(-1),
                signing_secrets = secrets.Select(s => Convert.ToBase64String(InternalSecrets.Seal(_gateway.Keys["identity"], Encoding.UTF8.GetBytes(s), "client/" + ClientId))),
            });
        };

    private HttpRequestMessage Signed(
        HttpMethod? method = null, string? body = null, int created = 0, string? nonce = null, string secret = Secret, string client = ClientId,
        string? covered = null, string extra = "", string path = Path)
    {
        method ??= HttpMethod.Get;
        covered ??= "\"@method\" \"@target-uri\"" + (body is null ? "" : " \"content-digest\"");
        var input = $"({covered});created={Now(created)};nonce=\"{nonce ?? Guid.NewGuid().ToString()}\";keyid=\"{client}\"{extra}";
        var text = new StringBuilder();
        foreach (var name in covered.Split(' '))
        {
            text.Append(name).Append(": ").Append(name switch
            {
                "\"@method\"" => method.Method,
                "\"@target-uri\"" => $"http://127.0.0.1:{_gateway.Port}{path}",
                "\"content-digest\"" => DigestOf(body!),
                _ => "",
            }).Append('\n');
        }

        text.Append("\"@signature-params\": ").Append(input);
        var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body) };
        request.Content?.Headers.TryAddWithoutValidation("Content-Digest", DigestOf(body!));
        request.Headers.TryAddWithoutValidation(MessageSignature.InputHeader, "sig=" + input);
        request.Headers.TryAddWithoutValidation(
            MessageSignature.Header, $"sig=:{Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(text.ToString())))}:");
        return request;
    }

    private static HttpRequestMessage Older(HttpMethod? method = null, string? body = null, int created = 0, string? nonce = null, string client = ClientId)
    {
        method ??= HttpMethod.Get;
        nonce ??= Guid.NewGuid().ToString();
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body ?? "")));
        var text = $"{method.Method}\n{Path}\n{Now(created)}\n{nonce}\n{hash}";
        var request = new HttpRequestMessage(method, Path) { Content = body is null ? null : new StringContent(body) };
        request.Headers.Add("X-Client-Id", client);
        request.Headers.Add("X-Timestamp", Now(created));
        request.Headers.Add("X-Nonce", nonce);
        request.Headers.Add("X-Signature", Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes(text))));
        return request;
    }

    private static HttpRequestMessage Keyed()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, Path);
        request.Headers.Add("X-API-Key", "ik_something");
        return request;
    }

    private static HttpRequestMessage Change(HttpRequestMessage request, Action<HttpRequestMessage> change)
    {
        change(request);
        return request;
    }

    private static string DigestOf(string body) => $"sha-256=:{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(body)))}:";

    private static string Now(int offset) => DateTimeOffset.UtcNow.AddSeconds(offset).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    private Task<HttpResponseMessage> SendAsync(HttpRequestMessage request) => _gateway.Client.SendAsync(request, Ct);

    private async Task AssertRefusedAsync(HttpRequestMessage request)
    {
        using var response = await SendAsync(request);
        var body = await response.Content.ReadAsStringAsync(Ct);
        Assert.True(response.StatusCode == HttpStatusCode.Unauthorized, $"{request.Method} {request.RequestUri}: {response.StatusCode} {body}");
        Assert.Contains(ErrorCodes.SignatureInvalid, body, StringComparison.Ordinal);
        Assert.NotEmpty(response.Headers.WwwAuthenticate);
    }
}
