using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Platform.Gateway.Tests.Support;

namespace Platform.Gateway.Tests.GraphQL;

/// <summary>GraphQL through a real gateway; the services behind it answer as they do.</summary>
public sealed class QueryTests : IAsyncLifetime
{
    private const string Root = "/api/v2/threat-intel/";
    private const string ThreeLevels = """
        { indicators(first: 100) { nodes { name relationships(first: 3) { nodes { relationshipType target { type name } } } } } }
        """;

    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private GatewayUnderTest _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _gateway = await GatewayUnderTest.StartAsync(settings => settings["Gateway:GraphQL:ShowPage"] = "true");
        _gateway.ThreatIntel.Answers[Root + "indicators"] = c => c.Response.WriteAsJsonAsync(new
        {
            items = Enumerable.Range(0, int.Parse(c.Request.Query["limit"]!)).Select(Indicator),
            next_cursor = "page2",
            total = c.Request.Query["count"] == "true" ? 250 : (int?)null,
        });
        _gateway.ThreatIntel.Answers[Root + "relationships/by-refs"] = async c =>
        {
            var body = await JsonDocument.ParseAsync(c.Request.Body);
            await c.Response.WriteAsJsonAsync(new
            {
                items = body.RootElement.GetProperty("refs").EnumerateArray().Select(r => r.GetString()!).Select(id => new { @ref = id, relationships = new[] { Relationship(id) }, has_more = true }),
            });
        };
        _gateway.ThreatIntel.Answers[Root + "objects/by-ids"] = async c =>
        {
            var body = await JsonDocument.ParseAsync(c.Request.Body);
            await c.Response.WriteAsJsonAsync(new
            {
                items = body.RootElement.GetProperty("ids").EnumerateArray().Select(i => i.GetString()!).Where(id => !id.EndsWith('9')).Select(id => new
                {
                    id,
                    tlp = "amber+strict",
                    @object = new { id, type = "malware", name = "Name of " + id, revoked = true },
                }),
            });
        };
    }

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task Three_levels_over_a_hundred_objects_take_three_calls_with_the_callers_rights()
    {
        using var response = await SendAsync(ThreeLevels);
        Assert.Equal("upstream;desc=3", response.Headers.GetValues("Server-Timing").Single());
        var answer = JsonElement.Parse(await response.Content.ReadAsStringAsync(Ct));
        var nodes = answer.GetProperty("data").GetProperty("indicators").GetProperty("nodes").EnumerateArray().ToList();
        Assert.Equal(100, nodes.Count);
        var target = nodes[7].GetProperty("relationships").GetProperty("nodes")[0].GetProperty("target");
        Assert.Equal(("malware", "Name of malware--7"), (target.GetProperty("type").GetString(), target.GetProperty("name").GetString()));
        Assert.Equal(JsonValueKind.Null, nodes[9].GetProperty("relationships").GetProperty("nodes")[0].GetProperty("target").ValueKind);
        Assert.Equal(["GET " + Root + "indicators?limit=100", "POST " + Root + "relationships/by-refs", "POST " + Root + "objects/by-ids"], Calls());
        Assert.Equal(_gateway.Issuer.User.ToString(), (await _gateway.CallerAtAsync("threatintel"))!.Subject);
    }

    [Fact]
    public async Task Every_item_has_a_cursor_from_which_the_list_goes_on()
    {
        var first = (await AskAsync("{ indicators(first: 2) { totalCount edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage endCursor } } }")).GetProperty("data").GetProperty("indicators");
        Assert.Equal(250, first.GetProperty("totalCount").GetInt64());
        var cursors = first.GetProperty("edges").EnumerateArray().Select(e => e.GetProperty("cursor").GetString()).ToList();
        Assert.Equal(cursors[1], first.GetProperty("pageInfo").GetProperty("endCursor").GetString());
        var second = (await AskAsync($"{{ indicators(first: 2, after: \"{cursors[0]}\", severity: HIGH) {{ nodes {{ id }} pageInfo {{ hasPreviousPage }} }} }}")).GetProperty("data").GetProperty("indicators");
        Assert.Equal("indicator--1", second.GetProperty("nodes")[0].GetProperty("id").GetString());
        Assert.True(second.GetProperty("pageInfo").GetProperty("hasPreviousPage").GetBoolean());
        await AskAsync($"{{ indicators(first: 2, after: \"{cursors[1]}\") {{ nodes {{ id }} }} }}");
        Assert.Equal(["GET " + Root + "indicators?limit=2&count=true", "GET " + Root + "indicators?severity=high&limit=3", "GET " + Root + "indicators?limit=2&cursor=page2"], Calls());
        Assert.Equal("VALIDATION_ERROR", CodeOf(await AskAsync("{ indicators(after: \"nonsense\") { nodes { id } } }")));
    }

    [Fact]
    public async Task Who_shows_no_credential_or_a_wrong_one_gets_an_error_of_GraphQL()
    {
        using var none = await _gateway.Client.PostAsJsonAsync("/graphql", new { query = "{ me { id } }" }, Ct);
        using var wrong = await SendAsync("{ me { id } }", "nonsense");
        foreach (var response in new[] { none, wrong })
        {
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            Assert.Equal("AUTHENTICATION_ERROR", CodeOf(JsonElement.Parse(await response.Content.ReadAsStringAsync(Ct))));
        }
    }

    [Fact]
    public async Task A_field_without_its_permission_is_refused_and_asks_nobody()
    {
        _gateway.Services["identity"].Answers["/api/v2/users/me"] = c => c.Response.WriteAsJsonAsync(new { user_id = "u1", username = "a@example.org", tlp_clearance = "green" });
        var token = _gateway.Issuer.Token(t => t.Claims["permissions"] = "read:incidents");
        using var response = await SendAsync("{ me { id tlpClearance } indicator(id: \"indicator--1\") { name } }", token);
        var answer = JsonElement.Parse(await response.Content.ReadAsStringAsync(Ct));
        Assert.Equal("u1 GREEN", $"{answer.GetProperty("data").GetProperty("me").GetProperty("id")} {answer.GetProperty("data").GetProperty("me").GetProperty("tlpClearance")}");
        Assert.Equal(JsonValueKind.Null, answer.GetProperty("data").GetProperty("indicator").ValueKind);
        Assert.Equal("INSUFFICIENT_PERMISSIONS", CodeOf(answer));
        Assert.Empty(Calls());
    }

    [Fact]
    public async Task What_costs_too_much_is_refused_before_anything_is_asked()
    {
        Assert.Equal("QUERY_TOO_EXPENSIVE", CodeOf(await AskAsync("{ indicators(first: 100) { nodes { relationships(first: 100) { nodes { id } } } } }")));
        Assert.Empty(Calls());
    }

    [Fact]
    public async Task An_operation_counts_as_many_requests_as_it_costs_hundreds()
    {
        _gateway.Services["tenancy"].Answers["/internal/tenants/resolve"] = GatewayUnderTest.Tenant("active", perMinute: 12);
        Assert.False((await AskAsync(ThreeLevels)).TryGetProperty("errors", out _));
        var refused = await AskAsync(ThreeLevels);
        Assert.Equal("RATE_LIMIT_EXCEEDED", CodeOf(refused));
        Assert.Equal(3, Calls().Count);
    }

    [Fact]
    public async Task A_field_counts_against_the_hourly_limit_of_what_it_calls()
    {
        _gateway.Services["tenancy"].Answers["/internal/tenants/resolve"] = c => c.Response.WriteAsJsonAsync(
            new { status = "active", limits = new { requests_per_minute = 1000, requests_per_hour = 50_000, requests_per_day = 1_000_000 }, route_limits = new[] { new { route = "users.list", requests_per_hour = 2 } } });
        _gateway.Services["identity"].Answers["/api/v2/users"] = c => c.Response.WriteAsJsonAsync(new { items = Array.Empty<object>() });
        var token = _gateway.Issuer.Token(t => t.Claims["permissions"] = "read:users");
        using var both = await SendAsync("{ a: users { nodes { id } } b: users(search: \"x\") { nodes { id } } }", token);
        Assert.DoesNotContain("errors", await both.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        using var refused = await SendAsync("{ users { nodes { id } } }", token);
        Assert.Equal("RATE_LIMIT_EXCEEDED", CodeOf(JsonElement.Parse(await refused.Content.ReadAsStringAsync(Ct))));
    }

    [Fact]
    public async Task What_a_service_refuses_is_told_with_its_code_and_what_is_not_there_is_null()
    {
        _gateway.ThreatIntel.Answers[Root + "indicators/indicator--gone"] = c => Problem(c, 404, "NOT_FOUND");
        _gateway.ThreatIntel.Answers["/api/v2/infrastructure/assets/a1/exposure"] = c => Problem(c, 403, "INSUFFICIENT_PERMISSIONS");
        var answer = await AskAsync("{ indicator(id: \"indicator--gone\") { id } assetExposure(id: \"a1\") { assetId } }");
        Assert.Equal(JsonValueKind.Null, answer.GetProperty("data").GetProperty("indicator").ValueKind);
        Assert.Equal(("INSUFFICIENT_PERMISSIONS", 1), (CodeOf(answer), answer.GetProperty("errors").GetArrayLength()));
    }

    [Theory]
    [InlineData("..")]
    [InlineData(".")]
    public async Task An_id_cannot_climb_out_of_its_path(string id)
    {
        Assert.Equal("VALIDATION_ERROR", CodeOf(await AskAsync($"{{ indicator(id: \"{id}\") {{ id }} }}")));
        Assert.Empty(Calls());
    }

    [Fact]
    public async Task An_id_stays_one_segment()
    {
        await AskAsync("{ indicator(id: \"../../users?x=1#y\") { id } }");
        Assert.Equal(["GET " + Root + "indicators/..%2F..%2Fusers%3Fx=1%23y"], Calls());
    }

    [Fact]
    public async Task A_mutation_sends_what_was_given_and_no_more()
    {
        string? body = null;
        _gateway.ThreatIntel.Answers[Root + "indicators/indicator--1"] = async c =>
        {
            body = c.Request.Method + " " + c.Request.ContentType + " " + await new StreamReader(c.Request.Body).ReadToEndAsync();
            await c.Response.WriteAsJsonAsync(Indicator(1));
        };
        var token = _gateway.Issuer.Token(t => t.Claims["permissions"] = "read:all write:all");
        using var response = await SendAsync(
            "mutation($d: String) { updateIndicator(id: \"indicator--1\", input: { severity: HIGH, validUntil: null, description: $d, killChainPhases: [{ killChainName: \"a\", phaseName: \"b\" }] }) { id } }", token);
        Assert.Equal("indicator--1", JsonElement.Parse(await response.Content.ReadAsStringAsync(Ct)).GetProperty("data").GetProperty("updateIndicator").GetProperty("id").GetString());
        Assert.Equal("""PATCH application/merge-patch+json {"valid_until":null,"severity":"high","kill_chain_phases":[{"kill_chain_name":"a","phase_name":"b"}]}""", body);
    }

    [Fact]
    public async Task An_import_is_told_as_it_goes_on()
    {
        _gateway.ThreatIntel.Answers[Root + "imports/i1/events"] = async c =>
        {
            c.Response.ContentType = "text/event-stream";
            await c.Response.WriteAsync(": still here\n\nid: 1\nevent: progress\ndata: {\"id\":\"i1\",\"status\":\"running\",\"processed\":1}\n\nid: 2\nevent: completed\ndata: {\"id\":\"i1\",\"status\":\"completed\",\"processed\":2}\n\n");
        };
        using var request = _gateway.Request(HttpMethod.Post, "/graphql");
        request.Headers.Accept.ParseAdd("text/event-stream");
        request.Content = JsonContent.Create(new { query = "subscription { importProgressed(id: \"i1\") { status processed } }" });
        using var response = await _gateway.Client.SendAsync(request, Ct);
        var told = (await response.Content.ReadAsStringAsync(Ct)).Split('\n').Where(l => l.StartsWith("data: {", StringComparison.Ordinal)).Select(l => JsonElement.Parse(l["data: ".Length..]).GetProperty("data").GetProperty("importProgressed"));
        Assert.Equal(["running 1", "completed 2"], told.Select(i => $"{i.GetProperty("status")} {i.GetProperty("processed")}"));
    }

    [Theory]
    [InlineData("/graphql/schema.graphql", "application/graphql", "interface ThreatObject")]
    [InlineData("/graphql/ui", "text/html", "graphiql.min.js")]
    [InlineData("/graphql/ui/graphiql.min.js", "text/javascript", "GraphiQL")]
    [InlineData("/graphql/ui/react.production.min.js", "text/javascript", "React")]
    public async Task The_schema_and_GraphiQL_are_served_from_here(string path, string type, string part)
    {
        using var response = await _gateway.Client.GetAsync(path, Ct);
        Assert.Equal(type, response.Content.Headers.ContentType!.MediaType);
        Assert.Contains(part, await response.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    private static object Indicator(int i) => new
    {
        id = $"indicator--{i}",
        name = $"Indicator {i}",
        pattern = "[a:b = 'c']",
        pattern_type = "stix",
        effective_confidence = 5,
        tlp = "clear",
        indicator_types = Array.Empty<string>(),
        labels = Array.Empty<string>(),
        kill_chain_phases = Array.Empty<string>(),
        valid_from = "2026-01-01T00:00:00.000Z",
        revoked = false,
        modified = "2026-01-01T00:00:00.000Z",
    };

    private static object Relationship(string source) => new
    {
        id = "relationship--" + source,
        relationship_type = "indicates",
        source_ref = source,
        target_ref = "malware--" + source["indicator--".Length..],
        tlp = "clear",
        revoked = false,
        modified = "2026-01-01T00:00:00.000Z",
    };

    private static Task Problem(HttpContext context, int status, string code)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(new { code, detail = "Because." });
    }

    private List<string> Calls() => [.. _gateway.ThreatIntel.Requests.Where(r => r.Path.StartsWith("/api/", StringComparison.Ordinal)).Select(r => $"{r.Method} {r.Path}")];

    private static string? CodeOf(JsonElement answer) => answer.GetProperty("errors")[0].GetProperty("extensions").GetProperty("code").GetString();

    private async Task<HttpResponseMessage> SendAsync(string query, string? token = null)
    {
        using var request = _gateway.Request(HttpMethod.Post, "/graphql", token);
        request.Content = JsonContent.Create(new { query });
        return await _gateway.Client.SendAsync(request, Ct);
    }

    private async Task<JsonElement> AskAsync(string query)
    {
        using var response = await SendAsync(query);
        return JsonElement.Parse(await response.Content.ReadAsStringAsync(Ct));
    }
}
