using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Platform.TestSupport;

namespace Platform.EndToEndTests;

/// <summary>Bad input gets a clear 4xx: never a 5xx, never an internal in the body.</summary>
public sealed class BadInputTests(PlatformFixture platform)
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private static readonly string[] Internals =
        ["   at ", "Exception", "Npgsql", "StackTrace", "System.", "Microsoft.", "MassTransit", "127.0.0.1:", "SELECT ", "password"];

    public static TheoryData<string, string> Endpoints => new()
    {
        { "POST", "/api/v{v}/auth/login" },
        { "POST", "/api/v{v}/threat-intel/import" },
        { "POST", "/api/v{v}/threat-intel/indicators/lookup" },
        { "POST", "/api/v{v}/threat-intel/indicators/search" },
        { "POST", "/api/v{v}/knowledge-graph/path" },
        { "POST", "/api/v{v}/knowledge-graph/query" },
        { "POST", "/api/v{v}/knowledge-graph/search" },
        { "POST", "/api/v{v}/agent/chat_poll" },
        { "POST", "/api/v{v}/agent/chat_sse" },
        { "POST", "/api/v{v}/admin/tenants" },
        { "POST", "/api/v{v}/admin/api-keys" },
        { "POST", "/api/v{v}/users" },
    };

    [Theory]
    [MemberData(nameof(Endpoints))]
    public async Task Wrong_bodies_are_4xx_without_internals(string method, string template)
    {
        var deep = string.Concat(Enumerable.Repeat("{\"a\":", 5000)) + "1" + new string('}', 5000);
        (string Name, byte[] Body, string Type)[] bodies =
        [
            ("not json", "this is not json"u8.ToArray(), "application/json"),
            ("empty", [], "application/json"),
            ("null", "null"u8.ToArray(), "application/json"),
            ("array", "[1,2,3]"u8.ToArray(), "application/json"),
            ("wrong types", """{"username":1,"password":[],"type":5,"objects":"x","values":{},"search_query":[],"query":7,"source_id":false,"cypher":{},"message":[1],"name":[],"permissions":3,"slug":{}}"""u8.ToArray(), "application/json"),
            ("deep nesting", Encoding.UTF8.GetBytes(deep), "application/json"),
            ("invalid utf-8", [(byte)'{', (byte)'"', 0xC3, 0x28, (byte)'"', (byte)':', (byte)'1', (byte)'}'], "application/json"),
            ("truncated", "{\"username\":\"a\",\"pass"u8.ToArray(), "application/json"),
            ("wrong content type", "<xml/>"u8.ToArray(), "application/xml"),
        ];
        foreach (var version in new[] { "1", "2" })
        {
            foreach (var (name, body, type) in bodies)
            {
                using var content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue(type) } };
                using var response = await platform.Admin.SendAsync(new HttpMethod(method), template.Replace("{v}", version, StringComparison.Ordinal), content);
                await AssertClearAsync(response, $"{template} v{version} {name}", version);
            }
        }
    }

    [Fact]
    public async Task A_body_of_100_MB_is_413_where_bodies_are_small()
    {
        foreach (var path in new[] { "/api/v2/threat-intel/indicators/lookup", "/api/v2/knowledge-graph/query", "/api/v2/users" })
        {
            using var content = new ByteArrayContent(new byte[100 * 1024 * 1024]) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
            request.Headers.ExpectContinue = true;
            using var response = await platform.Admin.Http.SendAsync(request, Ct);
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
            await AssertClearAsync(response, path, "2");
        }
    }

    [Theory]
    [InlineData("/api/v2/threat-intel/objects/not-an-id")]
    [InlineData("/api/v2/threat-intel/objects/intrusion-set--00000000-0000-4000-8000-000000000000")]
    [InlineData("/api/v2/threat-intel/imports/00000000-0000-4000-8000-000000000000")]
    [InlineData("/api/v2/threat-intel/imports/xyz")]
    [InlineData("/api/v2/knowledge-graph/nodes/%00")]
    [InlineData("/api/v2/knowledge-graph/nodes/'%20OR%201=1")]
    [InlineData("/api/v2/users/00000000-0000-4000-8000-000000000000")]
    [InlineData("/api/v2/admin/tenants/00000000-0000-4000-8000-000000000000")]
    [InlineData("/api/v2/threat-intel/indicators?limit=-1")]
    [InlineData("/api/v2/threat-intel/indicators?limit=abc")]
    [InlineData("/api/v2/threat-intel/indicators?cursor=%ff%fe")]
    [InlineData("/api/v1/threat-intel/indicators?skip=99999999999999999999")]
    [InlineData("/api/v2/nowhere")]
    [InlineData("/internal/keys/resolve")]
    [InlineData("/api/v2/../internal/keys/resolve")]
    [InlineData("/api/v2/threat-intel/%2e%2e/%2e%2e/internal")]
    public async Task Unknown_and_malformed_addresses_are_4xx_without_internals(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(platform.Instance.Gateway.ToString().TrimEnd('/') + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        using var response = await platform.Admin.Http.SendAsync(request, Ct);
        await AssertClearAsync(response, path, path.StartsWith("/api/v2", StringComparison.Ordinal) && !path.Contains("..", StringComparison.Ordinal) && !path.Contains("%2e", StringComparison.Ordinal) ? "2" : "1");
    }

    [Fact]
    public async Task Faulty_objects_of_a_bundle_are_reported_one_by_one_and_the_rest_goes_in()
    {
        var good = $"malware--{Guid.NewGuid()}";
        var bundle = SmallBundle.Bundle(
        [
            SmallBundle.Object(good, null, new { name = "Fine", is_family = false }),
            new Dictionary<string, object?> { ["type"] = "malware", ["id"] = "malware--not-a-uuid", ["name"] = "bad id" },
            new Dictionary<string, object?> { ["id"] = $"malware--{Guid.NewGuid()}", ["name"] = "no type" },
            new Dictionary<string, object?> { ["type"] = "tool", ["id"] = $"malware--{Guid.NewGuid()}", ["name"] = "type and id differ" },
            "not an object",
            42,
        ]);
        var import = await platform.Admin.ImportAsync(bundle);
        Assert.Equal("completed", import.GetProperty("status").GetString());
        Assert.Equal(1, import.GetProperty("created").GetInt32());
        Assert.Equal(5, import.GetProperty("failed").GetInt32());
        var errors = import.GetProperty("errors").EnumerateArray().ToList();
        Assert.Equal([1, 2, 3, 4, 5], errors.Select(e => e.GetProperty("index").GetInt32()).Order());
        Assert.All(errors, e => Assert.NotEmpty(e.GetProperty("message").GetString()!));
        await platform.Admin.GetAsync($"/api/v2/threat-intel/objects/{good}");
    }

    private static async Task AssertClearAsync(HttpResponseMessage response, string what, string version)
    {
        var text = await response.Content.ReadAsStringAsync(Ct);
        Assert.True((int)response.StatusCode is >= 400 and < 500, $"{what} answered {(int)response.StatusCode}: {text}");
        foreach (var word in Internals)
        {
            Assert.False(text.Contains(word, StringComparison.Ordinal) && !(word == "password" && what.Contains("auth/login", StringComparison.Ordinal))
                && !(word == "password" && what.Contains("/users", StringComparison.Ordinal)), $"{what} shows an internal ({word}): {text}");
        }

        if (text.Length == 0)
        {
            // The server refuses what is not HTTP before anything of ours sees it.
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
            return;
        }

        using var body = JsonDocument.Parse(text);
        var code = version == "2" ? body.RootElement.GetProperty("code") : body.RootElement.GetProperty("error").GetProperty("code");
        Assert.NotEmpty(code.GetString()!);
        Assert.False(response.Headers.Contains("Server"));
        Assert.True(response.Headers.Contains("X-Request-ID"));
    }
}
