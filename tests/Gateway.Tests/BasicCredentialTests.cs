using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Platform.Contracts;
using Platform.Gateway.Tests.Support;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Tests;

/// <summary>HTTP Basic (RFC 7617) with an API key as the password: for TAXII, and for nothing else.</summary>
public sealed class BasicCredentialTests : IAsyncLifetime
{
    private const string Collections = "/taxii2/default/collections/";

    private GatewayUnderTest _gateway = null!;

    public async ValueTask InitializeAsync() => _gateway = await GatewayUnderTest.StartAsync();

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Theory]
    [InlineData("siem")]
    [InlineData("")]
    [InlineData("Jörg")]
    public async Task TAXII_takes_an_API_key_as_the_password_whatever_the_user_name(string user)
    {
        string? asked = null;
        _gateway.Services["tenancy"].Answers["/internal/keys/resolve"] = async c =>
        {
            asked = (await c.Request.ReadFromJsonAsync<JsonElement>()).GetProperty("key").GetString();
            await c.Response.WriteAsJsonAsync(new
            {
                id = Guid.NewGuid(),
                tenant_id = WellKnown.DefaultTenantId,
                permissions = new[] { "read:threat_intel" },
                tlp_clearance = "green",
            });
        };

        using var response = await SendAsync(Collections, "basic " + Encoded($"{user}:pk_test_abc_d:f"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("pk_test_abc_d:f", asked);
        Assert.Equal(CallerKind.ApiKey, (await _gateway.CallerAtAsync("threatintel"))!.Kind);
        Assert.False(_gateway.ThreatIntel.Last.Headers.TryGetValue("Authorization", out var passed) && passed.Contains("asic", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Basic")]
    [InlineData("Basic ")]
    [InlineData("Basic !!!!")]
    [InlineData("Basic c2llbQ==")]
    [InlineData("Basic c2llbTo=")]
    public async Task RFC7617_2_What_is_no_user_name_and_password_is_401_with_both_challenges(string header)
    {
        using var response = await SendAsync(Collections, header);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(["Bearer", "Basic"], response.Headers.WwwAuthenticate.Select(challenge => challenge.Scheme));
        Assert.Empty(_gateway.ThreatIntel.Requests);
    }

    [Fact]
    public async Task Longer_than_any_key_it_is_401()
    {
        using var response = await SendAsync(Collections, "Basic " + Encoded("siem:" + new string('k', 5_000)));
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task Elsewhere_Basic_is_no_credential()
    {
        _gateway.Services["tenancy"].Answers["/internal/keys/resolve"] = _ => throw new InvalidOperationException("The key was looked at.");

        using var response = await SendAsync("/api/v2/threat-intel/indicators", "Basic " + Encoded("siem:pk_test_abc_def"));

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(["Bearer"], response.Headers.WwwAuthenticate.Select(challenge => challenge.Scheme));
    }

    private static string Encoded(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private Task<HttpResponseMessage> SendAsync(string path, string authorization)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        return _gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
