using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Platform.TestSupport;

namespace Platform.EndToEndTests;

/// <summary>The agent through the gateway, by its other doors: semantic layer, WebSocket, Model Context Protocol.</summary>
public sealed class AgentDoorsTests(PlatformFixture platform)
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Plans_sockets_and_other_agents_reach_the_tenants_data()
    {
        var (_, client) = await platform.NewTenantAsync("doors");
        using var _ = client;
        foreach (var (value, severity) in new[] { ("a.example", "critical"), ("b.example", "critical"), ("c.example", "low") })
        {
            await client.PostAsync("/api/v2/threat-intel/indicators", new { name = value, indicator_type = "domain-name", value, severity });
        }

        await PlanAsync(client);
        var token = client.Http.DefaultRequestHeaders.Authorization!.Parameter!;
        await TalkAsync(token);
        await BeAnotherAgentAsync(token);
    }

    private static async Task PlanAsync(Api client)
    {
        const string Models = "/api/v2/agent/semantic-layer/models";
        Assert.Contains("incidents", (await client.GetAsync(Models)).GetProperty("entities").EnumerateArray().Select(e => e.GetProperty("name").GetString()));
        const string Yaml = "synonyms: { indicators: [bad things] }\nmetrics: [{ name: the worst, entity: indicators, measure: count, filters: [{ field: severity, values: [critical] }] }]";
        using var written = await client.SendAsync(HttpMethod.Put, Models, new { yaml = Yaml });
        Assert.True(written.IsSuccessStatusCode, await written.Content.ReadAsStringAsync(Ct));
        var compiled = await client.PostAsync("/api/v2/agent/semantic-layer/compile", new { measures = new[] { "the worst" } });
        Assert.Equal(("threatintel", "indicators"), (compiled.GetProperty("service").GetString(), compiled.GetProperty("plan").GetProperty("entity").GetString()));
        Assert.Equal("[[2]]", (await client.PostAsync("/api/v2/agent/semantic-layer/query", new { measures = new[] { "the worst" } })).GetProperty("rows").GetRawText());
        var invoked = await client.PostAsync("/api/v2/agent/tools/run_semantic_query/invoke", new { arguments = new { entity = "bad things", measures = new[] { "count" }, dimensions = new[] { "severity" } } });
        Assert.Equal("""[["critical",2],["low",1]]""", invoked.GetProperty("data").GetProperty("rows").GetRawText());
        var whole = await client.PostAsync(
            "/api/v2/agent/tools/run_semantic_query/invoke",
            new { arguments = new { entity = "indicators", measures = new[] { "count" }, dimensions = Array.Empty<string>(), filters = Array.Empty<object>() } });
        Assert.Equal(1, whole.GetProperty("data").GetProperty("rows").GetArrayLength());
        var usage = await client.PostAsync("/api/v2/agent/semantic-layer/query", new { entity = "api usage", measures = new[] { "requests", "mean_latency_ms" }, dimensions = new[] { "method" } });
        Assert.Equal(["method", "requests", "mean_latency_ms"], usage.GetProperty("columns").EnumerateArray().Select(c => c.GetString()));

        // The graph, tables by SQL, and tables by words.
        var graph = await client.PostAsync("/api/v2/agent/semantic-layer/query", new { entity = "techniques", measures = new[] { "count", "groups.count" } });
        Assert.Equal(["count", "groups.count"], graph.GetProperty("columns").EnumerateArray().Select(c => c.GetString()));
        var rows = await client.PostAsync("/api/v2/agent/tools/run_sql/invoke", new { arguments = new { service = "threatintel", sql = "SELECT severity, count(*) FROM indicators WHERE severity = 'critical' GROUP BY 1" } });
        Assert.Equal("""[["critical",2]]""", rows.GetProperty("data").GetProperty("rows").GetRawText());
        var usages = await client.PostAsync("/api/v2/agent/tools/run_sql/invoke", new { arguments = new { service = "tenancy", sql = "SELECT count(*) FROM usage" } });
        Assert.Equal(("tenancy", 1), (usages.GetProperty("source").GetString(), usages.GetProperty("rows").GetInt32()));
        var said = await client.PostAsync("/api/v2/agent/chat_poll", new { message = "How many critical indicators are there?" });
        Assert.Contains("severity critical: 2 [1].", said.GetProperty("response").GetString(), StringComparison.Ordinal);
        foreach (var path in new[] { "/internal/sql", "/api/v2/internal/sql" })
        {
            using var outside = await client.SendAsync(HttpMethod.Post, path, new { sql = "SELECT 1" });
            Assert.Equal(System.Net.HttpStatusCode.NotFound, outside.StatusCode);
        }

        using var inside = await client.SendAsync(HttpMethod.Post, "/internal/semantic/query", new { entity = "indicators", measures = new[] { "count" } });
        Assert.Equal(System.Net.HttpStatusCode.NotFound, inside.StatusCode);
    }

    private async Task TalkAsync(string token)
    {
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", "Bearer " + token);
        await socket.ConnectAsync(new UriBuilder(platform.Instance.Gateway) { Scheme = "ws", Path = "/api/v2/agent/chat_ws" }.Uri, Ct);
        await socket.SendAsync(Encoding.UTF8.GetBytes("""{"message":"Is a[.]example known?"}"""), WebSocketMessageType.Text, true, Ct);
        var text = new StringBuilder();
        string? name = null;
        var buffer = new byte[32 * 1024];
        while (name is not ("done" or "error"))
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(), Ct);
            var told = JsonElement.Parse(Encoding.UTF8.GetString(buffer, 0, part.Count));
            name = told.GetProperty("event").GetString();
            text.Append(name == "text_delta" ? told.GetProperty("data").GetProperty("delta").GetString() : "");
        }

        Assert.Contains("1 of 1 value is a known indicator", text.ToString(), StringComparison.Ordinal);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, Ct);
    }

    private async Task BeAnotherAgentAsync(string token)
    {
        await RunAsync("npm", "ci", "--silent");
        var answer = JsonElement.Parse(await RunAsync("node", "client.mjs", JsonSerializer.Serialize(new
        {
            url = new Uri(platform.Instance.Gateway, "/api/v2/agent/mcp"),
            token,
            tool = "lookup_observables",
            args = new { values = new[] { "a.example" } },
        })));
        Assert.Equal("platform-agent", answer.GetProperty("server").GetString());
        Assert.Contains("run_semantic_query", answer.GetProperty("tools").EnumerateArray().Select(t => t.GetString()));
        Assert.Equal(1, answer.GetProperty("result").GetProperty("structuredContent").GetProperty("results")[0].GetProperty("matches").GetArrayLength());
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program) { WorkingDirectory = Path.Combine(Repository.Root, "tests", "EndToEndTests", "Mcp"), RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(Ct);
        var output = await process.StandardOutput.ReadToEndAsync(Ct);
        await process.WaitForExitAsync(Ct);
        Assert.True(process.ExitCode == 0, $"{program}: {await errors}");
        return output;
    }
}
