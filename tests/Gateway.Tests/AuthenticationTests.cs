using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.Tokens;
using Platform.Contracts;
using Platform.Gateway.Tests.Support;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Tests;

public sealed class AuthenticationTests : IAsyncLifetime
{
    private const string Path = "/api/v1/threat-intel/indicators";

    private GatewayUnderTest _gateway = null!;

    public async ValueTask InitializeAsync() => _gateway = await GatewayUnderTest.StartAsync();

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task A_token_becomes_an_internal_token_of_the_service()
    {
        var session = Guid.NewGuid();

        var response = await _gateway.GetAsync(Path + "?limit=3", _gateway.Issuer.Token(session: session));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(Path + "?limit=3", _gateway.ThreatIntel.Last.Path);
        var caller = await _gateway.CallerAtAsync("threatintel");
        Assert.NotNull(caller);
        Assert.Equal(WellKnown.DefaultTenantId, caller.TenantId);
        Assert.Equal(_gateway.Issuer.User.ToString(), caller.Subject);
        Assert.Equal(CallerKind.User, caller.Kind);
        Assert.Equal(TlpLevel.Amber, caller.Clearance);
        Assert.Equal(session, caller.SessionId);
        Assert.True(caller.Permissions.Allows("read:threat_intel"));
    }

    [Fact]
    public async Task Nothing_that_claims_an_identity_passes()
    {
        var request = _gateway.Request(HttpMethod.Get, Path);
        foreach (var name in new[] { "X-Tenant-Id", "X_User_Id", "X-Forwarded-For", "Forwarded", "X-Client-Address", "Cookie" })
        {
            request.Headers.TryAddWithoutValidation(name, "forged");
        }

        await _gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);

        var seen = _gateway.ThreatIntel.Last.Headers;
        Assert.DoesNotContain(seen.Values, v => v.Contains("forged", StringComparison.Ordinal));
        Assert.Equal("127.0.0.1", seen["X-Client-Address"]);
        Assert.False(seen.ContainsKey("X-API-Key"));
    }

    [Fact]
    public async Task Without_a_credential_it_is_401_with_a_challenge()
    {
        var response = await _gateway.Client.GetAsync(Path, TestContext.Current.CancellationToken);

        await AssertFaultAsync(response, HttpStatusCode.Unauthorized, ErrorCodes.AuthRequired);
        Assert.Equal("Bearer realm=\"platform\"", response.Headers.WwwAuthenticate.ToString());
        Assert.Empty(_gateway.ThreatIntel.Requests);
    }

    [Fact]
    public async Task An_expired_token_says_so() =>
        await AssertFaultAsync(
            await _gateway.GetAsync(Path, _gateway.Issuer.Token(age: TimeSpan.FromMinutes(16))), HttpStatusCode.Unauthorized, ErrorCodes.TokenExpired);

    [Fact]
    public async Task The_clock_may_differ_by_thirty_seconds() =>
        Assert.Equal(HttpStatusCode.OK, (await _gateway.GetAsync(Path, _gateway.Issuer.Token(age: TimeSpan.FromSeconds(15 * 60 + 20)))).StatusCode);

    public static TheoryData<string, Action<SecurityTokenDescriptor>> Wrong => new()
    {
        { "issuer", d => d.Issuer = "http://elsewhere" },
        { "audience", d => d.Audience = "somebody" },
        { "type", d => d.TokenType = "JWT" },
        { "tenant", d => d.Claims["tenant"] = "not-a-tenant" },
        { "key", d => d.SigningCredentials = new SigningCredentials(
            new ECDsaSecurityKey(System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256)) { KeyId = "k1" }, SecurityAlgorithms.EcdsaSha256) },
        { "unknown key", d => d.SigningCredentials = new SigningCredentials(
            new ECDsaSecurityKey(System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256)) { KeyId = "other" }, SecurityAlgorithms.EcdsaSha256) },
        { "algorithm", d => d.SigningCredentials = new SigningCredentials(new SymmetricSecurityKey(new byte[64]) { KeyId = "k1" }, SecurityAlgorithms.HmacSha256) },
        { "no signature", d => d.SigningCredentials = null },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task A_token_with_something_wrong_is_401(string what, Action<SecurityTokenDescriptor> change)
    {
        Assert.NotEmpty(what);
        await AssertFaultAsync(await _gateway.GetAsync(Path, _gateway.Issuer.Token(change)), HttpStatusCode.Unauthorized, ErrorCodes.AuthFailed);
    }

    [Theory]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Bearer x.y.z")]
    [InlineData("Basic dXNlcjpwYXNz")]
    public async Task Rubbish_is_401(string header)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, Path);
        request.Headers.TryAddWithoutValidation("Authorization", header);

        await AssertFaultAsync(await _gateway.Client.SendAsync(request, TestContext.Current.CancellationToken), HttpStatusCode.Unauthorized, ErrorCodes.AuthFailed);
    }

    [Fact]
    public async Task Two_credentials_are_400()
    {
        var request = _gateway.Request(HttpMethod.Get, Path);
        request.Headers.Add("X-API-Key", "pk_test_x_y");

        await AssertFaultAsync(await _gateway.Client.SendAsync(request, TestContext.Current.CancellationToken), HttpStatusCode.BadRequest, ErrorCodes.MalformedRequest);
    }

    [Fact]
    public async Task Signing_in_needs_no_credential()
    {
        var response = await _gateway.Client.PostAsync("/api/v1/auth/login", new StringContent("{}"), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var caller = await _gateway.CallerAtAsync("identity");
        Assert.Equal(CallerKind.Service, caller!.Kind);
        Assert.Equal(["use:anonymous"], caller.Permissions.Granted);
    }

    [Fact]
    public async Task A_password_that_must_change_opens_three_doors_only()
    {
        var token = _gateway.Issuer.Token(d => d.Claims["pwd_change"] = true);

        await AssertFaultAsync(await _gateway.GetAsync(Path, token), HttpStatusCode.Forbidden, ErrorCodes.PasswordChangeRequired);
        Assert.Equal(HttpStatusCode.OK, (await _gateway.GetAsync("/api/v1/users/me", token)).StatusCode);
    }

    [Fact]
    public async Task A_suspended_tenant_is_refused()
    {
        _gateway.Services["tenancy"].Answers["/internal/tenants/resolve"] = GatewayUnderTest.Tenant("suspended");

        await AssertFaultAsync(await _gateway.GetAsync(Path), HttpStatusCode.Forbidden, ErrorCodes.TenantSuspended);
    }

    [Fact]
    public async Task An_API_key_is_resolved_once_for_many_requests()
    {
        var key = Guid.NewGuid();
        var allSent = new TaskCompletionSource();
        _gateway.Services["tenancy"].Answers["/internal/keys/resolve"] = async c =>
        {
            await allSent.Task;
            await c.Response.WriteAsJsonAsync(Key(key, []));
        };

        var sent = Enumerable.Range(0, 20).Select(_ => SendKeyAsync("pk_test_abc_def")).ToArray();
        allSent.SetResult();
        var all = await Task.WhenAll(sent);

        Assert.All(all, r => Assert.Equal(HttpStatusCode.OK, r.StatusCode));
        Assert.Single(_gateway.Services["tenancy"].Requests, r => r.Path == "/internal/keys/resolve");
        var caller = await _gateway.CallerAtAsync("threatintel");
        Assert.Equal(CallerKind.ApiKey, caller!.Kind);
        Assert.Equal(key.ToString(), caller.CredentialId);
        Assert.False(_gateway.ThreatIntel.Last.Headers.ContainsKey("X-API-Key"));
    }

    [Fact]
    public async Task An_unknown_API_key_is_asked_for_once()
    {
        _gateway.Services["tenancy"].Answers["/internal/keys/resolve"] = c =>
        {
            c.Response.StatusCode = 404;
            return Task.CompletedTask;
        };

        for (var i = 0; i < 3; i++)
        {
            await AssertFaultAsync(await SendKeyAsync("pk_test_abc_wrong"), HttpStatusCode.Unauthorized, ErrorCodes.AuthFailed);
        }

        Assert.Single(_gateway.Services["tenancy"].Requests, r => r.Path == "/internal/keys/resolve");
    }

    [Theory]
    [InlineData("127.0.0.0/8", HttpStatusCode.OK)]
    [InlineData("10.0.0.0/8", HttpStatusCode.Unauthorized)]
    [InlineData("nonsense", HttpStatusCode.Unauthorized)]
    public async Task An_API_key_works_from_its_networks_only(string cidr, HttpStatusCode expected)
    {
        _gateway.Services["tenancy"].Answers["/internal/keys/resolve"] = c => c.Response.WriteAsJsonAsync(Key(Guid.NewGuid(), [cidr]));

        Assert.Equal(expected, (await SendKeyAsync("pk_test_abc_def")).StatusCode);
    }

    [Fact]
    public async Task Without_the_feed_a_session_needs_its_owners_word()
    {
        var token = _gateway.Issuer.Token();
        _gateway.Services["identity"].Answers["/internal/sessions/resolve"] = c => c.Response.WriteAsJsonAsync(new { active = false });
        await AssertFaultAsync(await _gateway.GetAsync(Path, token), HttpStatusCode.Unauthorized, ErrorCodes.AuthFailed);

        _gateway.Services["identity"].Answers["/internal/sessions/resolve"] = c =>
        {
            c.Response.StatusCode = 500;
            return Task.CompletedTask;
        };
        await AssertFaultAsync(await _gateway.GetAsync(Path), HttpStatusCode.ServiceUnavailable, ErrorCodes.ServiceUnavailable);
    }

    [Theory]
    [InlineData("", HttpStatusCode.OK)]
    [InlineData("changed", HttpStatusCode.Unauthorized)]
    [InlineData("gone", HttpStatusCode.Unauthorized)]
    [InlineData("away", HttpStatusCode.ServiceUnavailable)]
    public async Task Without_the_feed_a_clients_token_needs_its_owners_word(string what, HttpStatusCode expected)
    {
        if (what.Length > 0)
        {
            _gateway.Services["identity"].Answers["/internal/clients/resolve"] = c =>
            {
                c.Response.StatusCode = what switch { "gone" => 404, "away" => 500, _ => 200 };
                return c.Response.WriteAsJsonAsync(new
                {
                    client_id = "ic_test",
                    tenant_id = WellKnown.DefaultTenantId,
                    permissions = Array.Empty<string>(),
                    tlp_clearance = "clear",
                    changed_at = DateTimeOffset.UtcNow.AddSeconds(5),
                    signing_secrets = Array.Empty<string>(),
                });
            };
        }

        var token = _gateway.Issuer.Token(d =>
        {
            d.Claims["sub"] = d.Claims["client_id"] = "ic_test";
            d.Claims.Remove("sid");
        });

        Assert.Equal(expected, (await _gateway.GetAsync(Path, token)).StatusCode);
    }

    [Fact]
    public async Task With_Tenancy_away_a_key_is_503_not_401()
    {
        _gateway.Services["tenancy"].Answers["/internal/keys/resolve"] = c =>
        {
            c.Response.StatusCode = 500;
            return Task.CompletedTask;
        };

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await SendKeyAsync("pk_test_abc_def")).StatusCode);
    }

    private static object Key(Guid id, string[] cidrs) => new
    {
        id,
        tenant_id = WellKnown.DefaultTenantId,
        tenant_slug = "default",
        tenant_status = "active",
        name = "k",
        permissions = new[] { "read:all" },
        tlp_clearance = "green",
        allowed_cidrs = cidrs,
        environment = "test",
        limits = new { requests_per_minute = 1000, requests_per_hour = 50_000, requests_per_day = 1_000_000 },
    };

    private Task<HttpResponseMessage> SendKeyAsync(string key)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, Path);
        request.Headers.Add("X-API-Key", key);
        return _gateway.Client.SendAsync(request);
    }

    private static async Task AssertFaultAsync(HttpResponseMessage response, HttpStatusCode status, string code)
    {
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(status == response.StatusCode, $"{response.StatusCode}: {body}");
        Assert.Equal(code, JsonDocument.Parse(body).RootElement.GetProperty("error").GetProperty("code").GetString());
    }
}
