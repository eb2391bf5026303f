using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using static Platform.IntegrationTests.Identity.IdentityFixture;

namespace Platform.IntegrationTests.Identity;

/// <summary>What tenants and clients can ask of a sign-in, and what it then does.</summary>
[Collection(SignInCollection.Name)]
public sealed class SignInRulesTests(IdentityFixture identity)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private async Task<double> DaysAsync(string username, bool remember, string? tenant = null)
    {
        var (_, tokens, _) = await identity.AnonymouslyAsync("/api/v2/auth/login", new { username, password = Password, remember_me = remember, tenant });
        var sessions = await SendAsync(identity.ClientFor(tokens), HttpMethod.Get, "/api/v2/auth/sessions", HttpStatusCode.OK);
        var current = sessions.GetProperty("items").EnumerateArray().Single(s => s.GetProperty("current").GetBoolean());
        Assert.Equal(remember, current.GetProperty("remember_me").GetBoolean());
        return (current.GetProperty("expires_at").GetDateTimeOffset() - DateTimeOffset.UtcNow).TotalDays;
    }

    [Fact]
    public async Task A_session_lasts_seven_days_thirty_when_remembered_or_what_the_policy_says()
    {
        var (_, username) = await identity.CreateUserAsync();
        Assert.Equal(7, await DaysAsync(username, remember: false), 0.01);
        Assert.Equal(30, await DaysAsync(username, remember: true), 0.01);
        var (_, slug, admin) = await identity.CreateTenantAsync();
        await SendAsync(admin, HttpMethod.Put, "/api/v2/auth/policy", HttpStatusCode.OK, new { session_days = 2, remembered_session_days = 60 });
        var (_, other) = await identity.CreateUserAsync(by: admin);
        Assert.Equal(2, await DaysAsync(other, remember: false, slug), 0.01);
        Assert.Equal(60, await DaysAsync(other, remember: true, slug), 0.01);
    }

    [Fact]
    public async Task A_new_device_needs_a_second_factor_where_the_policy_says_so()
    {
        var (_, slug, admin) = await identity.CreateTenantAsync();
        var (_, username) = await identity.CreateUserAsync(by: admin);
        Assert.Equal(HttpStatusCode.OK, (await FromAsync("first")).Status);
        await SendAsync(admin, HttpMethod.Put, "/api/v2/auth/policy", HttpStatusCode.OK, new { mfa_on_new_device = true });
        Assert.Equal(HttpStatusCode.OK, (await FromAsync("first")).Status);
        var (status, body, _) = await FromAsync("second");
        Assert.Equal((HttpStatusCode.Unauthorized, "MFA_REQUIRED"), (status, body.GetProperty("code").GetString()));

        Task<(HttpStatusCode Status, JsonElement Body, HttpResponseMessage Response)> FromAsync(string device) => identity.AnonymouslyAsync(
            "/api/v2/auth/login", new { username, password = Password, tenant = slug, device = new { name = device, signals = new { installation = device } } });
    }

    [Fact]
    public async Task A_code_is_sent_again_after_a_while_and_three_times_in_all()
    {
        var (tenant, slug, admin) = await identity.CreateTenantAsync();
        var (_, username) = await identity.CreateUserAsync(by: admin);
        await SendAsync(admin, HttpMethod.Put, "/api/v2/auth/policy", HttpStatusCode.OK, new { mfa_required_roles = new[] { "viewer" } });
        var challenge = (await identity.LogInAsync(username, Password, slug)).Body.GetProperty("details").GetProperty("challenge_id").GetString();
        Assert.Equal(HttpStatusCode.TooManyRequests, await SendAgainAsync());
        for (var sent = 1; sent < 3; sent++)
        {
            await WaitedAsync();
            var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => SendAgainAsync()));
            Assert.Single(answers, HttpStatusCode.Accepted);
        }

        await WaitedAsync();
        Assert.Equal(HttpStatusCode.TooManyRequests, await SendAgainAsync());
        Assert.Equal(3, await identity.CountAsync("SELECT sent::bigint FROM mfa_challenges WHERE tenant_id = $1", tenant));

        async Task<HttpStatusCode> SendAgainAsync()
        {
            var (status, _, response) = await identity.AnonymouslyAsync("/api/v2/auth/mfa/send", new { challenge_id = challenge, method = "email" });
            Assert.Equal(status == HttpStatusCode.TooManyRequests, response.Headers.RetryAfter is not null);
            return status;
        }

        // As if the user had waited.
        Task WaitedAsync() => identity.CountAsync(
            "WITH changed AS (UPDATE mfa_challenges SET code_sent_at = now() - interval '1 minute' WHERE tenant_id = $1 RETURNING 1) SELECT count(*) FROM changed", tenant);
    }

    [Fact]
    public async Task The_host_name_finds_the_tenant_unless_a_slug_does()
    {
        var (_, slug, admin) = await identity.CreateTenantAsync();
        var (_, username) = await identity.CreateUserAsync(by: admin);
        Assert.Equal(HttpStatusCode.OK, await AtAsync(slug + ".platform.example", null));
        Assert.Equal(HttpStatusCode.OK, await AtAsync("elsewhere.example", slug));
        Assert.Equal(HttpStatusCode.Unauthorized, await AtAsync(slug + ".platform.example", "default"));
        Assert.Equal(HttpStatusCode.Unauthorized, await AtAsync("elsewhere.example", null));

        async Task<HttpStatusCode> AtAsync(string host, string? tenant)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v2/auth/login") { Content = JsonContent.Create(new { username, password = Password, tenant }) };
            request.Headers.Add("X-Client-Address", identity.NewAddress());
            request.Headers.Add("X-Forwarded-Host", host);
            using var response = await identity.Anonymous.SendAsync(request, Ct);
            return response.StatusCode;
        }
    }

    [Fact]
    public async Task An_expired_client_gets_no_token()
    {
        var created = await SendAsync(
            identity.Admin, HttpMethod.Post, "/api/v2/integrations/clients", HttpStatusCode.Created,
            new { client_name = "for a while", permissions = new[] { "read:threat_intel" }, expires_at = DateTimeOffset.UtcNow.AddDays(1) });
        var client = (created.GetProperty("client_id").GetString()!, created.GetProperty("client_secret").GetString()!);
        Assert.True((await identity.FormAsync("/connect/token", "grant_type=client_credentials", client)).Response.IsSuccessStatusCode);
        await identity.CountAsync("WITH changed AS (UPDATE clients SET expires_at = now() WHERE client_id = $1 RETURNING 1) SELECT count(*) FROM changed", client.Item1);
        // Client credentials are issued by a copy of the client that is a second old at most.
        await Platform.TestSupport.Eventually.TrueAsync(
            async () => (await identity.FormAsync("/connect/token", "grant_type=client_credentials", client)).Response.StatusCode == HttpStatusCode.Unauthorized,
            TimeSpan.FromSeconds(5), Ct, "The end of the client");
        await SendAsync(
            identity.Admin, HttpMethod.Post, "/api/v2/integrations/clients", HttpStatusCode.UnprocessableEntity,
            new { client_name = "too late", permissions = new[] { "read:threat_intel" }, expires_at = DateTimeOffset.UtcNow.AddDays(-1) });
    }

    [Fact]
    public async Task A_repeated_creation_of_a_client_shows_no_secret_and_says_where_the_client_is()
    {
        var key = Guid.NewGuid().ToString();
        using var first = await CreateAsync();
        using var second = await CreateAsync();
        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, second.StatusCode);
        Assert.Equal(first.Headers.Location, second.Headers.Location);
        Assert.DoesNotContain("secret\":", await second.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);

        Task<HttpResponseMessage> CreateAsync()
        {
            var request = new HttpRequestMessage(HttpMethod.Post, "/api/v2/integrations/clients")
            {
                Content = JsonContent.Create(new { client_name = "once", permissions = new[] { "read:threat_intel" } }),
            };
            request.Headers.Add("Idempotency-Key", key);
            return identity.Admin.SendAsync(request, Ct);
        }
    }
}
