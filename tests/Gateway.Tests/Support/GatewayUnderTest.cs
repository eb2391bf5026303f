using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Platform.Contracts;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Tests.Support;

/// <summary>A real gateway on a real port, with fake services behind it and an issuer of its own.</summary>
internal sealed class GatewayUnderTest : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _data;

    private GatewayUnderTest(WebApplication app, string data, Dictionary<string, FakeService> services, Dictionary<string, byte[]> keys, TestIssuer issuer)
    {
        _app = app;
        _data = data;
        Services = services;
        Keys = keys;
        Issuer = issuer;
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(app.Urls.First()) };
    }

    public Dictionary<string, FakeService> Services { get; }

    public Dictionary<string, byte[]> Keys { get; }

    public TestIssuer Issuer { get; }

    public HttpClient Client { get; }

    public IServiceProvider Provider => _app.Services;

    public int Port => Client.BaseAddress!.Port;

    public FakeService ThreatIntel => Services["threatintel"];

    public static async Task<GatewayUnderTest> StartAsync(Action<IDictionary<string, string?>>? configure = null)
    {
        var issuer = new TestIssuer();
        var data = Directory.CreateTempSubdirectory("gateway-").FullName;
        var services = new Dictionary<string, FakeService>();
        var keys = new Dictionary<string, byte[]>();
        var settings = new Dictionary<string, string?>
        {
            ["Gateway:Issuer"] = TestIssuer.Name,
            ["ConnectionStrings:rabbitmq"] = "amqp://nobody:nothing@127.0.0.1:1",
            ["ConnectionStrings:state"] = "127.0.0.1:1,connectTimeout=200",
            ["ConnectionStrings:cache"] = "127.0.0.1:1,connectTimeout=200",
            ["Platform:DataRoot"] = data,
        };
        foreach (var name in Upstreams.All)
        {
            services[name] = await FakeService.StartAsync();
            keys[name] = RandomNumberGenerator.GetBytes(32);
            settings[$"services:{name}:http:0"] = services[name].Address;
            settings[$"InternalAuth:Keys:{name}"] = Convert.ToBase64String(keys[name]);
        }

        services["identity"].Answers["/.well-known/jwks.json"] = c => c.Response.WriteAsync(issuer.Jwks);
        services["identity"].Answers["/internal/sessions/resolve"] = c => c.Response.WriteAsJsonAsync(new { active = true });
        services["identity"].Answers["/internal/clients/resolve"] = c => c.Response.WriteAsJsonAsync(new
        {
            client_id = "ic_test",
            tenant_id = WellKnown.DefaultTenantId,
            permissions = Array.Empty<string>(),
            tlp_clearance = "clear",
            changed_at = DateTimeOffset.UnixEpoch,
            signing_secrets = Array.Empty<string>(),
        });
        services["tenancy"].Answers["/internal/tenants/resolve"] = Tenant("active");
        configure?.Invoke(settings);

        var builder = WebApplication.CreateBuilder();
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection(settings);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.AddGateway();
        var app = builder.Build();
        app.UseGateway();
        app.MapGateway();
        await app.StartAsync();
        return new GatewayUnderTest(app, data, services, keys, issuer);
    }

    public static RequestDelegate Tenant(string status, int perMinute = 1000) => c => c.Response.WriteAsJsonAsync(
        new { status, limits = new { requests_per_minute = perMinute, requests_per_hour = 50_000, requests_per_day = 1_000_000 } });

    /// <summary>A request with a good token of the default tenant.</summary>
    public HttpRequestMessage Request(HttpMethod method, string path, string? token = null)
    {
        var request = new HttpRequestMessage(method, path);
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + (token ?? Issuer.Token()));
        return request;
    }

    public Task<HttpResponseMessage> GetAsync(string path, string? token = null) => Client.SendAsync(Request(HttpMethod.Get, path, token));

    /// <summary>The caller that the last request to a service carried.</summary>
    public async Task<Caller?> CallerAtAsync(string service)
    {
        var header = Services[service].Last.Headers["Authorization"];
        return (await InternalTokens.ValidateAsync(header["Bearer ".Length..], service, Keys[service], TimeProvider.System))?.Caller;
    }

    /// <summary>Lets go of the broker and of everybody who listens, as a process does when it ends.</summary>
    public Task StopAsync(CancellationToken ct) => _app.StopAsync(ct);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
        foreach (var service in Services.Values)
        {
            await service.DisposeAsync();
        }

        Directory.Delete(_data, recursive: true);
    }
}
