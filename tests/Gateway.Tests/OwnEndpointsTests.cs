using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts;
using Platform.Gateway.Authentication;
using Platform.Gateway.Docs;
using Platform.Gateway.Tests.Support;
using Platform.TestSupport;

namespace Platform.Gateway.Tests;

public sealed class OwnEndpointsTests : IAsyncLifetime
{
    private GatewayUnderTest _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _gateway = await GatewayUnderTest.StartAsync();
        await Eventually.TrueAsync(
            () => Task.FromResult(_gateway.Provider.GetRequiredService<SigningKeys>().HasKeys), TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken, "The signing keys");
    }

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Theory]
    [InlineData("/")]
    [InlineData("/api/docs/index.html")]
    [InlineData("/api/docs/swagger-ui-bundle.js")]
    [InlineData("/api/redoc/index.html")]
    [InlineData("/api/redoc/redoc.standalone.js")]
    [InlineData("/api/docs/errors")]
    [InlineData("/api/docs/errors/NOT_FOUND")]
    [InlineData("/live")]
    [InlineData("/api/v1/live")]
    [InlineData("/api/v2/health")]
    public async Task Pages_and_probes_are_open(string path)
    {
        var response = await _gateway.Client.GetAsync(path, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        if (response.Content.Headers.ContentType?.MediaType == "text/html")
        {
            var html = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.DoesNotContain("//fonts.", html, StringComparison.Ordinal);
            Assert.DoesNotContain("<script>", html, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task It_is_ready_when_it_has_the_signing_keys()
    {
        Assert.Contains(_gateway.Services["identity"].Requests, r => r.Path == "/.well-known/jwks.json");
        Assert.Equal(HttpStatusCode.OK, (await _gateway.Client.GetAsync("/ready", TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task Every_error_code_has_a_page()
    {
        Assert.Equal(ErrorCodes.Statuses.Keys.Order(), ErrorPages.Codes.Order());
        Assert.Equal(HttpStatusCode.NotFound, (await _gateway.Client.GetAsync("/api/docs/errors/NO_SUCH", TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task The_documents_of_the_services_become_one()
    {
        _gateway.ThreatIntel.Answers["/openapi/v1.json"] = c => c.Response.WriteAsync(Document("/api/v1/threat-intel/indicators", "integer"));
        _gateway.Services["identity"].Answers["/openapi/v1.json"] = c => c.Response.WriteAsync(Document("/api/v1/auth/login", "string"));
        _gateway.Services["tenancy"].Answers["/openapi/v1.json"] = c => c.Response.WriteAsync(Document("/internal/keys/resolve", "string"));

        var json = JsonNode.Parse(await _gateway.Client.GetStringAsync("/api/openapi.json?version=v1", TestContext.Current.CancellationToken))!;

        var paths = json["paths"]!.AsObject().Select(p => p.Key).ToList();
        Assert.Contains("/api/v1/threat-intel/indicators", paths);
        Assert.Contains("/api/v1/auth/login", paths);
        Assert.DoesNotContain("/internal/keys/resolve", paths);
        Assert.Equal("[]", json["paths"]!["/api/v1/auth/login"]!["post"]!["security"]!.ToJsonString());
        Assert.Null(json["paths"]!["/api/v1/threat-intel/indicators"]!["post"]!["security"]);
        Assert.Equal("#/components/schemas/ThreatintelThing", (string?)json["paths"]!["/api/v1/threat-intel/indicators"]!["post"]!["requestBody"]!["content"]!["application/json"]!["schema"]!["$ref"]);
        Assert.Equal("string", (string?)json["components"]!["schemas"]!["Thing"]!["properties"]!["id"]!["type"]);
        Assert.Equal("integer", (string?)json["components"]!["schemas"]!["ThreatintelThing"]!["properties"]!["id"]!["type"]);
        Assert.Equal(TestIssuer.Name, (string?)json["servers"]![0]!["url"]);
    }

    [Fact]
    public void Yaml_quotes_what_could_be_misread()
    {
        var yaml = YamlWriter.Write(JsonNode.Parse("""{"a":{"b":["no",1,{"c":null,"d":[]}],"e":"x: y\n"},"f":{}}""")!);

        Assert.Equal(
            """
            "a":
              "b":
                - "no"
                - 1
                - "c": null
                  "d": []
              "e": "x: y\n"
            "f": {}

            """,
            yaml);
    }

    [Fact]
    public async Task Health_tells_what_is_away()
    {
        await _gateway.Services["agent"].DisposeAsync();

        var health = JsonDocument.Parse(await _gateway.Client.GetStringAsync("/health", TestContext.Current.CancellationToken)).RootElement;

        Assert.Equal("degraded", health.GetProperty("status").GetString());
        Assert.Equal("degraded", health.GetProperty("checks").GetProperty("agent").GetProperty("status").GetString());
        Assert.Equal("degraded", health.GetProperty("checks").GetProperty("revocation_feed").GetProperty("status").GetString());
        Assert.Equal("degraded", health.GetProperty("checks").GetProperty("llm").GetProperty("status").GetString());
        Assert.Equal("open", health.GetProperty("checks").GetProperty("circuit_breakers").GetProperty("vanna").GetString());
    }

    [Fact]
    public async Task Health_has_the_shape_of_the_seed()
    {
        _gateway.Services["identity"].Answers["/health"] = c => c.Response.WriteAsJsonAsync(new { status = "unhealthy", checks = new { database = new { status = "unhealthy" } } });
        _gateway.Services["agent"].Answers["/health"] = c => c.Response.WriteAsJsonAsync(new { status = "healthy", checks = new { circuit_breakers = new { llm = "half_open" } } });

        var health = JsonDocument.Parse(await _gateway.Client.GetStringAsync("/api/v1/health", TestContext.Current.CancellationToken)).RootElement;

        Assert.Equal(["status", "timestamp", "uptime_seconds", "version", "checks"], health.EnumerateObject().Select(p => p.Name));
        var checks = health.GetProperty("checks");
        Assert.Equal(("degraded", "healthy"), (checks.GetProperty("database").GetProperty("status").GetString(), checks.GetProperty("llm").GetProperty("status").GetString()));
        var circuits = checks.GetProperty("circuit_breakers");
        Assert.Equal(("closed", "open", "half_open"), (circuits.GetProperty("vanna").GetString(), circuits.GetProperty("database").GetString(), circuits.GetProperty("llm").GetString()));
        Assert.All(["cpu_percent", "memory_percent", "disk_percent"], f => Assert.InRange(checks.GetProperty("system").GetProperty(f).GetDouble(), 0, 100));
    }

    [Fact]
    public async Task Detailed_health_is_for_administrators()
    {
        _gateway.Services["identity"].Answers["/api/v2/audit"] = c => c.Response.WriteAsJsonAsync(new { items = new[] { new { action = "user_created" } } });
        _gateway.Services["identity"].Answers["/health"] = c => c.Response.WriteAsJsonAsync(new { status = "healthy" });
        var path = "/api/v1/health/detailed";
        using var nobody = await _gateway.Client.GetAsync(path, TestContext.Current.CancellationToken);
        using var viewer = await _gateway.GetAsync(path);
        using var admin = await _gateway.GetAsync(path, _gateway.Issuer.Token(d => d.Claims["permissions"] = "read:all read:audit"));
        Assert.Equal(
            (HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden, HttpStatusCode.OK), (nobody.StatusCode, viewer.StatusCode, admin.StatusCode));
        var answer = JsonElement.Parse(await admin.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal("healthy", answer.GetProperty("health").GetProperty("checks").GetProperty("identity").GetProperty("status").GetString());
        var metrics = answer.GetProperty("metrics");
        Assert.InRange(metrics.GetProperty("requests_per_minute").GetInt64(), 2, 1000);
        Assert.InRange(metrics.GetProperty("active_connections").GetInt64(), 1, 100_000);
        Assert.Equal(0, metrics.GetProperty("error_rate").GetDouble());
        Assert.True(metrics.GetProperty("average_response_time").GetDouble() > 0);
        Assert.Equal("user_created", answer.GetProperty("logs")[0].GetProperty("action").GetString());
    }

    private static string Document(string path, string idType) => new JsonObject
    {
        ["openapi"] = "3.1.1",
        ["paths"] = new JsonObject
        {
            [path] = new JsonObject
            {
                ["post"] = new JsonObject
                {
                    ["requestBody"] = new JsonObject
                    {
                        ["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = new JsonObject { ["$ref"] = "#/components/schemas/Thing" } } },
                    },
                    ["responses"] = new JsonObject(),
                },
            },
        },
        ["components"] = new JsonObject
        {
            ["schemas"] = new JsonObject { ["Thing"] = new JsonObject { ["type"] = "object", ["properties"] = new JsonObject { ["id"] = new JsonObject { ["type"] = idType } } } },
        },
    }.ToJsonString();
}
