using System.Net;
using Microsoft.AspNetCore.Http;
using Platform.Contracts.Gateway;
using Platform.Gateway.Tests.Support;

namespace Platform.Gateway.Tests;

/// <summary>The hourly limits that single operations have for each caller.</summary>
public sealed class RouteLimitTests : IAsyncLifetime
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private GatewayUnderTest _gateway = null!;

    public async ValueTask InitializeAsync() => _gateway = await GatewayUnderTest.StartAsync(s => s["Gateway:HealthPerHour"] = "3");

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Theory]
    [InlineData("DELETE", "/api/v2/users/0192d3c4", LimitedRoutes.UsersDelete)]
    [InlineData("PUT", "/api/v1/config", LimitedRoutes.ConfigWrite)]
    [InlineData("POST", "/api/v2/config/test-database", LimitedRoutes.ConfigTest)]
    [InlineData("POST", "/api/v1/integrations/clients", LimitedRoutes.ClientsCreate)]
    [InlineData("POST", "/api/v2/users", LimitedRoutes.UsersCreate)]
    public async Task A_caller_has_so_many_an_hour_whatever_others_use(string method, string path, string route)
    {
        var limit = LimitedRoutes.RequestsPerHour[route];
        var token = TokenOf("admin");
        for (var i = 0; i < limit; i++)
        {
            using var passed = await SendAsync(method, path, token);
            Assert.Equal(HttpStatusCode.OK, passed.StatusCode);
        }

        using var refused = await SendAsync(method, path, token);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Contains($"\"{route}\";q={limit};w=3600", refused.Headers.GetValues("RateLimit-Policy").Single(), StringComparison.Ordinal);
        Assert.StartsWith($"\"{route}\";r=0;t=", refused.Headers.GetValues("RateLimit").Single(), StringComparison.Ordinal);
        Assert.Equal(limit, _gateway.Services.Values.Sum(s => s.Requests.Count(r => r.Path == path)));

        using var elsewhere = await SendAsync("GET", "/api/v2/threat-intel/indicators", token);
        using var other = await SendAsync(method, path, TokenOf("admin"));
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (elsewhere.StatusCode, other.StatusCode));
    }

    [Theory]
    [InlineData("admin", 3)]
    [InlineData("viewer", 2)]
    public async Task A_tenant_sets_them_for_everybody_and_for_a_type_of_user(string role, int expected)
    {
        _gateway.Services["tenancy"].Answers["/internal/tenants/resolve"] = c => c.Response.WriteAsJsonAsync(new
        {
            status = "active",
            limits = new { requests_per_minute = 1000, requests_per_hour = 50_000, requests_per_day = 1_000_000 },
            route_limits = new object[]
            {
                new { route = LimitedRoutes.UsersList, user_type = "admin", requests_per_hour = 3 },
                new { route = LimitedRoutes.UsersList, requests_per_hour = 2 },
                new { route = LimitedRoutes.ClientsList, requests_per_hour = 1 },
            },
        });
        var token = TokenOf(role);
        for (var i = 0; i < expected; i++)
        {
            using var passed = await SendAsync("GET", "/api/v2/users", token);
            Assert.Equal(HttpStatusCode.OK, passed.StatusCode);
        }

        using var refused = await SendAsync("GET", "/api/v2/users", token);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
    }

    [Fact]
    public async Task An_address_may_ask_for_the_health_so_often_and_always_for_readiness()
    {
        foreach (var path in new[] { "/health", "/api/v1/health", "/api/v2/health" })
        {
            // How the platform is, right after a start and under load, is not what is asked here.
            using var passed = await _gateway.Client.GetAsync(path, Ct);
            Assert.True(passed.StatusCode is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable, passed.StatusCode.ToString());
        }

        using var refused = await _gateway.Client.GetAsync("/health", Ct);
        using var live = await _gateway.Client.GetAsync("/live", Ct);
        Assert.Equal((HttpStatusCode.TooManyRequests, HttpStatusCode.OK), (refused.StatusCode, live.StatusCode));
    }

    private string TokenOf(string role)
    {
        var user = Guid.NewGuid().ToString();
        return _gateway.Issuer.Token(d =>
        {
            d.Claims["sub"] = user;
            d.Claims["role"] = role;
        });
    }

    private Task<HttpResponseMessage> SendAsync(string method, string path, string token) =>
        _gateway.Client.SendAsync(_gateway.Request(HttpMethod.Parse(method), path, token), Ct);
}
