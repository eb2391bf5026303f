using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts;
using Platform.Gateway.Revocation;
using Platform.Gateway.Tests.Support;
using Platform.ServiceDefaults;
using Platform.TestSupport;

namespace Platform.Gateway.Tests;

public sealed class TokenExchangeTests : IAsyncLifetime
{
    private readonly int _port = FreePort.Take();
    private readonly Guid _session = Guid.NewGuid();
    private GatewayUnderTest _gateway = null!;

    public async ValueTask InitializeAsync() => _gateway = await GatewayUnderTest.StartAsync(s => s["INTERNAL_PORT"] = _port.ToString(System.Globalization.CultureInfo.InvariantCulture));

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task The_agent_gets_its_callers_rights_at_another_service_and_no_more()
    {
        var (status, json) = await ExchangeAsync(Subject(), "threatintel");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("Bearer", json.GetProperty("token_type").GetString());
        var token = json.GetProperty("access_token").GetString()!;
        var caller = (await InternalTokens.ValidateAsync(token, "threatintel", _gateway.Keys["threatintel"], TimeProvider.System))!.Value.Caller;
        Assert.Equal("somebody", caller.Subject);
        Assert.Equal(["read:threat_intel"], caller.Permissions.Granted);
        Assert.Equal(TlpLevel.Green, caller.Clearance);
        Assert.Equal("agent", caller.ActingFor);
        Assert.Equal(_session, caller.SessionId);
    }

    [Fact]
    public async Task A_token_that_ended_during_a_long_answer_still_works_and_one_of_yesterday_does_not()
    {
        Assert.Equal(HttpStatusCode.OK, (await ExchangeAsync(Subject(TimeSpan.FromMinutes(4)), "threatintel")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await ExchangeAsync(Subject(TimeSpan.FromMinutes(10)), "threatintel")).Status);
    }

    [Fact]
    public async Task An_ended_session_gets_nothing()
    {
        _gateway.Provider.GetRequiredService<Revocations>().EndSession(_session);

        var (status, json) = await ExchangeAsync(Subject(), "threatintel");

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("invalid_grant", json.GetProperty("error").GetString());
    }

    [Fact]
    public async Task A_suspended_tenant_gets_nothing()
    {
        _gateway.Services["tenancy"].Answers["/internal/tenants/resolve"] = GatewayUnderTest.Tenant("suspended");

        Assert.Equal(HttpStatusCode.BadRequest, (await ExchangeAsync(Subject(), "threatintel")).Status);
    }

    [Theory]
    [InlineData("threatintel", "gateway", "invalid_target")]
    [InlineData("threatintel", "threatintel", "invalid_request")]
    public async Task Only_tokens_of_the_agent_for_known_services(string issuedFor, string audience, string error)
    {
        var (status, json) = await ExchangeAsync(Subject(audience: issuedFor), audience);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(error, json.GetProperty("error").GetString());
    }

    [Fact]
    public async Task The_two_doors_do_not_lead_into_each_other()
    {
        using var inside = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_port}") };
        Assert.Equal(HttpStatusCode.NotFound, (await inside.GetAsync("/api/v1/users", TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await inside.GetAsync("/health", TestContext.Current.CancellationToken)).StatusCode);

        var request = new HttpRequestMessage(HttpMethod.Post, "/internal/token") { Content = Form(Subject(), "threatintel") };
        request.Headers.Host = $"127.0.0.1:{_port}";
        Assert.Equal(HttpStatusCode.NotFound, (await _gateway.Client.SendAsync(request, TestContext.Current.CancellationToken)).StatusCode);
    }

    private string Subject(TimeSpan age = default, string audience = "agent")
    {
        var caller = new Caller(WellKnown.DefaultTenantId, "somebody", CallerKind.User, new PermissionSet(["read:threat_intel"]), TlpLevel.Green, _session);
        return InternalTokens.Issue(caller, audience, _gateway.Keys[audience], DateTimeOffset.UtcNow - age);
    }

    private async Task<(HttpStatusCode Status, JsonElement Json)> ExchangeAsync(string subject, string audience)
    {
        using var client = new HttpClient();
        var response = await client.PostAsync($"http://127.0.0.1:{_port}/internal/token", Form(subject, audience));
        return (response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement);
    }

    private static FormUrlEncodedContent Form(string subject, string audience) => new(new Dictionary<string, string>
    {
        ["grant_type"] = "urn:ietf:params:oauth:grant-type:token-exchange",
        ["subject_token"] = subject,
        ["subject_token_type"] = "urn:ietf:params:oauth:token-type:access_token",
        ["audience"] = audience,
    });
}
