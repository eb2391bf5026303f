using System.Text.Json;
using Platform.GraphQL.Tests.Oracle;

namespace Platform.GraphQL.Tests.Http;

/// <summary>Clients and audits that know nothing of this engine.</summary>
public sealed class ConformanceTests(TestServer server)
{
    [Fact]
    public async Task Graphql_http_is_content_in_all_its_audits()
    {
        var results = JsonElement.Parse(await NodePackages.RunAsync("audits.mjs", new Uri(server.Address, "/graphql").ToString()));
        Assert.Empty(results.EnumerateArray().Where(r => r.GetProperty("status").GetString() != "ok").Select(r => r.GetRawText()));
        Assert.Equal(61, results.GetArrayLength());
    }

    [Fact]
    public async Task Graphql_ws_and_graphql_sse_get_what_they_expect()
    {
        var lines = (await NodePackages.RunAsync("sockets.mjs", new Uri(server.Address, "/graphql").ToString())).Trim().Split('\n');
        Assert.Equal(
        [
            """query: {"seen":[{"data":{"hello":"Hello, world!"}}]}""",
            """subscription: {"seen":[{"data":{"count":1}},{"data":{"count":2}},{"data":{"count":3}}]}""",
            """invalid: {"seen":[],"error":["Cannot query field \"nothing\" on type \"Query\"."]}""",
            """failing: {"seen":[],"error":["It has no events."]}""",
            "pong: true",
            """after completing: {"seen":[{"data":{"hello":"Hello, world!"}}]}""",
            """reconnect: [{"data":{"droppedOnce":1}},{"data":{"droppedOnce":2}}]""",
            "connections: 2",
            """refused: {"seen":[],"error":"Forbidden"}""",
            "no protocol: 4406",
            "not JSON: 4400",
            "unknown type: 4400",
            "before init: 4401",
            "twice init: 4429",
            "same id: 4409",
            "no init: 4408",
            """events: {"seen":[{"data":{"count":1}},{"data":{"count":2}}]}""",
            """events of a query: {"seen":[{"data":{"hello":"Hello, world!"}}]}""",
            """events of nothing: {"seen":[{"errors":[{"message":"Cannot query field \"nothing\" on type \"Query\".","locations":[{"line":1,"column":3}],"extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]}]}""",
        ], lines);
    }
}
