using System.Net;
using Microsoft.AspNetCore.Http;
using Platform.Contracts;
using Platform.Gateway.Tests.Support;

namespace Platform.Gateway.Tests;

/// <summary>Credentials that somebody makes up cost their owners a bounded number of questions.</summary>
public sealed class InventedKeyTests : IAsyncLifetime
{
    private const int Limit = 10;
    private const string Path = "/api/v2/threat-intel/indicators";

    private GatewayUnderTest _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _gateway = await GatewayUnderTest.StartAsync(s => s["Gateway:AnonymousPerMinute"] = Limit.ToString(System.Globalization.CultureInfo.InvariantCulture));
        _gateway.Services["tenancy"].Answers["/internal/keys/resolve"] = async c =>
        {
            var asked = await c.Request.ReadFromJsonAsync<Dictionary<string, string>>();
            if (asked!["key"] != "pk_live_good")
            {
                c.Response.StatusCode = StatusCodes.Status404NotFound;
                return;
            }

            await c.Response.WriteAsJsonAsync(new
            {
                id = Guid.NewGuid(),
                tenant_id = WellKnown.DefaultTenantId,
                tenant_status = "active",
                permissions = new[] { "read:all" },
                tlp_clearance = "green",
                limits = new { requests_per_minute = 1000, requests_per_hour = 50_000, requests_per_day = 1_000_000 },
            });
        };
    }

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Theory]
    [InlineData("pk_live_", "tenancy", "/internal/keys/resolve")]
    [InlineData("ik_", "identity", "/internal/clients/resolve")]
    public async Task Beyond_the_limit_of_their_address_nobody_is_asked_for_them(string prefix, string owner, string path)
    {
        _gateway.Services["identity"].Answers["/internal/clients/resolve"] = c =>
        {
            c.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        };
        Assert.Equal(HttpStatusCode.OK, await SendAsync("pk_live_good"));
        for (var i = 0; i < 4 * Limit; i++)
        {
            Assert.Equal(i < Limit ? HttpStatusCode.Unauthorized : HttpStatusCode.TooManyRequests, await SendAsync($"{prefix}{i}"));
        }

        // One more than the limit is asked for before it is known to be reached; the good key of before is one as well.
        Assert.InRange(_gateway.Services[owner].Requests.Count(r => r.Path == path), Limit, Limit + 2);

        // Who is known goes on.
        Assert.Equal(HttpStatusCode.OK, await SendAsync("pk_live_good"));
    }

    private async Task<HttpStatusCode> SendAsync(string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Path);
        request.Headers.Add("X-API-Key", key);
        using var response = await _gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }
}
