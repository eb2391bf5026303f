using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Platform.TestSupport;

namespace Platform.EndToEndTests;

/// <summary>Who gets in, how far, and how often.</summary>
public sealed class CredentialTests(PlatformFixture platform)
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_wrong_password_and_an_unknown_name_are_answered_alike()
    {
        var (_, client) = (0, platform.Anonymous());
        using var wrong = await client.SendAsync(HttpMethod.Post, "/api/v1/auth/login", new { username = $"{Guid.NewGuid():N}@example.org", password = "wrong-password-1" });
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        using var body = JsonDocument.Parse(await wrong.Content.ReadAsStringAsync(Ct));
        Assert.False(body.RootElement.GetProperty("success").GetBoolean());
        Assert.Equal("AUTH_FAILED", body.RootElement.GetProperty("error").GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("Bearer", "not-a-token", "AUTH_FAILED")]
    [InlineData("Bearer", "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.eyJzdWIiOiJhZG1pbiJ9.", "AUTH_FAILED")]
    public async Task A_wrong_token_is_401(string scheme, string token, string code)
    {
        var client = platform.Anonymous();
        client.Http.DefaultRequestHeaders.Authorization = new(scheme, token);
        using var response = await client.SendAsync(HttpMethod.Get, "/api/v1/threat-intel/indicators");
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.NotEmpty(response.Headers.WwwAuthenticate);
        Assert.Contains(code, await response.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_credential_nothing_but_the_public_list_answers()
    {
        foreach (var path in new[] { "/api/v1/threat-intel/indicators", "/api/v2/knowledge-graph/nodes", "/api/admin/tenants", "/api/v1/users", "/api/v1/usage", "/api/v2/agent/tools" })
        {
            using var response = await platform.Anonymous().SendAsync(HttpMethod.Get, path);
            Assert.True(response.StatusCode == HttpStatusCode.Unauthorized, $"{path} answered {(int)response.StatusCode}");
        }
    }

    [Fact]
    public async Task Two_credentials_in_one_request_are_400()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v2/threat-intel/indicators");
        request.Headers.Add("X-API-Key", "pk_live_aaaaaaaaaaaa_bbbb");
        using var response = await platform.Admin.Http.SendAsync(request, Ct);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Logout_ends_the_session_at_the_gateway_within_a_second()
    {
        var client = await platform.Anonymous().SignInAsync(platform.AdminEmail, platform.AdminPassword);
        await client.GetAsync("/api/v2/users/me");
        using var logout = await client.SendAsync(HttpMethod.Post, "/api/v2/auth/logout", new { });
        Assert.True(logout.IsSuccessStatusCode, await logout.Content.ReadAsStringAsync(Ct));
        await Eventually.TrueAsync(
            async () =>
            {
                using var response = await client.SendAsync(HttpMethod.Get, "/api/v2/users/me");
                return response.StatusCode == HttpStatusCode.Unauthorized;
            },
            TimeSpan.FromSeconds(2), Ct, "The end of the session");
    }

    [Fact]
    public async Task An_api_key_does_the_same_reads_and_the_1001st_request_of_a_minute_is_429()
    {
        var (tenant, admin) = await platform.NewTenantAsync("limits");
        await admin.ImportAsync(SmallBundle.Create(out var actor, out _));
        var key = (await admin.PostAsync("/api/v2/admin/api-keys", new { name = "siem", permissions = new[] { "read:all" } })).GetProperty("key").GetString()!;
        Assert.StartsWith("pk_", key, StringComparison.Ordinal);
        var client = platform.Anonymous().WithApiKey(key);
        Assert.True((await client.GetAsync("/api/v1/threat-intel/threat-actors")).GetProperty("total").GetInt32() > 0);
        using (var write = await client.SendAsync(HttpMethod.Post, "/api/v2/threat-intel/import", new { type = "bundle" }))
        {
            Assert.Equal(HttpStatusCode.Forbidden, write.StatusCode);
        }

        // A minute's window may end in mid-test; whoever starts early in one has time for 1,001 requests.
        var (passed, refused) = (0, 0);
        HttpResponseMessage? denial = null;
        await Parallel.ForAsync(0, 1200, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Ct }, async (_, _) =>
        {
            var response = await client.SendAsync(HttpMethod.Get, "/api/v2/threat-intel/threat-actors?limit=1");
            if (response.StatusCode == HttpStatusCode.TooManyRequests)
            {
                Interlocked.Increment(ref refused);
                Interlocked.CompareExchange(ref denial, response, null);
            }
            else
            {
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
                Interlocked.Increment(ref passed);
            }
        });
        Assert.InRange(passed, 900, 1000);
        Assert.True(refused >= 200);
        foreach (var header in new[] { "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "RateLimit", "RateLimit-Policy", "Retry-After", "X-Request-ID" })
        {
            Assert.True(denial!.Headers.Contains(header), header);
        }

        Assert.Contains("RATE_LIMIT_EXCEEDED", await denial!.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        Assert.NotEqual(Guid.Empty, tenant);
    }

    [Fact]
    public async Task A_TAXII_client_that_knows_HTTP_Basic_only_comes_in_with_an_API_key_as_its_password()
    {
        var (tenant, admin) = await platform.NewTenantAsync("basic");
        var key = (await admin.PostAsync("/api/v2/admin/api-keys", new { name = "taxii", permissions = new[] { "read:threat_intel" } })).GetProperty("key").GetString()!;
        foreach (var (password, expected) in new[] { (key, HttpStatusCode.OK), (key + "x", HttpStatusCode.Unauthorized) })
        {
            var client = platform.Anonymous();
            client.Http.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes("taxii-client:" + password)));
            client.Http.DefaultRequestHeaders.TryAddWithoutValidation("Accept", "application/taxii+json;version=2.1");
            using var response = await client.SendAsync(HttpMethod.Get, $"/taxii2/{tenant}/collections/");
            Assert.Equal(expected, response.StatusCode);
            Assert.Equal(expected == HttpStatusCode.Unauthorized, response.Headers.WwwAuthenticate.Any(challenge => challenge.Scheme == "Basic"));
        }
    }

    [Fact]
    public async Task An_integration_client_comes_in_by_token_key_and_signature_until_it_is_deleted()
    {
        const string Target = "/api/v2/threat-intel/indicators?limit=1";
        var (_, admin) = await platform.NewTenantAsync("signed");
        var created = await admin.PostAsync("/api/v2/integrations/clients", new { client_name = "siem", permissions = new[] { "read:threat_intel" } });
        var (id, secret) = (created.GetProperty("client_id").GetString()!, created.GetProperty("client_secret").GetString()!);
        using var http = new HttpClient { BaseAddress = platform.Instance.Gateway };
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "client_credentials", ["client_id"] = id, ["client_secret"] = secret });
        using var answer = await http.PostAsync(new Uri("/connect/token", UriKind.Relative), form, Ct);
        using var tokens = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Ct));
        var token = tokens.RootElement.GetProperty("access_token").GetString()!;
        var key = created.GetProperty("api_key").GetString()!;
        Func<HttpRequestMessage>[] ways =
        [
            () => With("Authorization", "Bearer " + token),
            () => With("X-API-Key", key),
            Signed,
        ];
        foreach (var way in ways)
        {
            using var response = await http.SendAsync(way(), Ct);
            Assert.True(response.StatusCode == HttpStatusCode.OK, await response.Content.ReadAsStringAsync(Ct));
        }

        using var deleted = await admin.SendAsync(HttpMethod.Delete, $"/api/v2/integrations/clients/{id}");
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        foreach (var way in ways)
        {
            await Eventually.TrueAsync(
                async () =>
                {
                    using var response = await http.SendAsync(way(), Ct);
                    return response.StatusCode == HttpStatusCode.Unauthorized;
                },
                TimeSpan.FromSeconds(3), Ct, "The refusal");
        }

        HttpRequestMessage Signed()
        {
            var (now, nonce) = (DateTimeOffset.UtcNow.ToUnixTimeSeconds(), Guid.NewGuid().ToString("N"));
            var text = $"GET\n{Target}\n{now}\n{nonce}\n{Convert.ToHexStringLower(SHA256.HashData([]))}";
            var request = With("X-Signature", Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(text))));
            request.Headers.Add("X-Client-Id", id);
            request.Headers.Add("X-Timestamp", now.ToString(System.Globalization.CultureInfo.InvariantCulture));
            request.Headers.Add("X-Nonce", nonce);
            return request;
        }

        static HttpRequestMessage With(string header, string value)
        {
            var request = new HttpRequestMessage(HttpMethod.Get, Target);
            request.Headers.TryAddWithoutValidation(header, value);
            return request;
        }
    }

    [Fact]
    public async Task A_suspended_tenant_is_refused_with_key_and_token_until_it_is_reactivated()
    {
        var (tenant, admin) = await platform.NewTenantAsync("paused");
        var key = (await admin.PostAsync("/api/v2/admin/api-keys", new { name = "k", permissions = new[] { "read:all" } })).GetProperty("key").GetString()!;
        var client = platform.Anonymous().WithApiKey(key);
        await client.GetAsync("/api/v2/threat-intel/indicators");
        using (var suspended = await platform.Admin.SendAsync(HttpMethod.Post, $"/api/admin/tenants/{tenant}/suspend", new { reason = "test" }))
        {
            Assert.True(suspended.IsSuccessStatusCode, await suspended.Content.ReadAsStringAsync(Ct));
        }

        foreach (var caller in new[] { client, admin })
        {
            await Eventually.TrueAsync(
                async () =>
                {
                    using var response = await caller.SendAsync(HttpMethod.Get, "/api/v2/threat-intel/indicators");
                    return response.StatusCode == HttpStatusCode.Forbidden
                        && (await response.Content.ReadAsStringAsync(Ct)).Contains("TENANT_SUSPENDED", StringComparison.Ordinal);
                },
                TimeSpan.FromSeconds(3), Ct, "The refusal");
        }

        await platform.Admin.PostAsync($"/api/admin/tenants/{tenant}/reactivate", new { });
        await Eventually.TrueAsync(
            async () =>
            {
                using var response = await client.SendAsync(HttpMethod.Get, "/api/v2/threat-intel/indicators");
                return response.StatusCode == HttpStatusCode.OK;
            },
            TimeSpan.FromSeconds(5), Ct, "The return");
    }

    [Fact]
    public async Task A_revoked_key_is_refused_and_every_use_is_counted()
    {
        var (_, admin) = await platform.NewTenantAsync("metered");
        var issued = await admin.PostAsync("/api/v2/admin/api-keys", new { name = "k", permissions = new[] { "read:all" } });
        var client = platform.Anonymous().WithApiKey(issued.GetProperty("key").GetString()!);
        for (var i = 0; i < 10; i++)
        {
            await client.GetAsync("/api/v2/threat-intel/campaigns");
        }

        await Eventually.TrueAsync(
            async () =>
            {
                var usage = await admin.GetAsync("/api/v2/usage?granularity=hour&group_by=endpoint");
                return usage.ToString().Contains("campaigns", StringComparison.Ordinal);
            },
            TimeSpan.FromSeconds(15), Ct, "The usage of the key");
        using var revoked = await admin.SendAsync(HttpMethod.Delete, $"/api/v2/admin/api-keys/{issued.GetProperty("id").GetString()}");
        Assert.Equal(HttpStatusCode.NoContent, revoked.StatusCode);
        await Eventually.TrueAsync(
            async () =>
            {
                using var response = await client.SendAsync(HttpMethod.Get, "/api/v2/threat-intel/campaigns");
                return response.StatusCode == HttpStatusCode.Unauthorized;
            },
            TimeSpan.FromSeconds(3), Ct, "The refusal");
    }
}
