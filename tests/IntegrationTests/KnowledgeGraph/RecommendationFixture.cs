using System.Net.Http.Json;
using System.Text.Json;
using Platform.Contracts;
using Platform.KnowledgeGraph.Storage;
using Platform.TestSupport;

namespace Platform.IntegrationTests.KnowledgeGraph;

/// <summary>The service on the real store, training at once; each test has a tenant of its own.</summary>
public sealed class RecommendationFixture(Stack stack) : IAsyncLifetime
{
    internal ServiceHost<GraphNode> Host { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Host = await StartHostAsync();

    public ValueTask DisposeAsync() => Host.DisposeAsync();

    internal Task<GraphFixture> NewTenantAsync() => GraphFixture.StartAsync(stack);

    internal async Task<ServiceHost<GraphNode>> StartHostAsync(bool withBroker = false, string? prefix = null, params (string Key, string Value)[] more)
    {
        var settings = new Dictionary<string, string?>
        {
            ["ConnectionStrings:graph"] = await stack.ConnectionAsync("graph"),
            ["Graph:AdminPassword"] = await stack.ConnectionAsync("graph-admin-password"),
            ["ConnectionStrings:rabbitmq"] = withBroker ? await stack.ConnectionAsync("rabbitmq") : "amqp://nobody:nothing@127.0.0.1:1",
            ["Logging:LogLevel:MassTransit"] = "None",
            ["Recommendations:RetrainAfter"] = "00:00:00",
            ["CatalogueRelay:FirstPause"] = "00:00:00.050",
            ["CatalogueRelay:LongestPause"] = "00:00:00.200",
            ["Outbound:AllowedNetworks:0"] = "127.0.0.0/8",
        };
        if (prefix is not null)
        {
            settings["Messaging:Prefix"] = prefix;
        }

        foreach (var (key, value) in more)
        {
            settings[key] = value;
        }

        return new ServiceHost<GraphNode>("knowledgegraph", settings);
    }

    internal HttpClient Client(GraphFixture tenant, string permissions = "read:all write:knowledge_graph", TlpLevel clearance = TlpLevel.Red) =>
        Client(Host, tenant, permissions, clearance);

    internal static HttpClient Client(ServiceHost<GraphNode> host, GraphFixture tenant, string permissions = "read:all write:knowledge_graph", TlpLevel clearance = TlpLevel.Red) =>
        host.ClientFor(ServiceHost<GraphNode>.User(tenant.Tenant, permissions, clearance));
}

/// <summary>Calls of these endpoints.</summary>
internal static class RecommendationCalls
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<JsonElement> GetJsonAsync(this HttpClient client, string path) => await ReadAsync(await client.GetAsync(path, Ct));

    public static async Task<JsonElement> PostJsonAsync(this HttpClient client, string path, object body) => await ReadAsync(await client.PostAsJsonAsync(path, body, Ct));

    public static async Task FailsAsync(this Task<HttpResponseMessage> sent, int status, string part)
    {
        var response = await sent;
        var text = await response.Content.ReadAsStringAsync(Ct);
        Assert.True(status == (int)response.StatusCode, $"expected {status}, got {(int)response.StatusCode}: {text}");
        Assert.Contains(part, text);
    }

    public static Task<JsonElement> UploadAsync(this HttpClient client, params IEnumerable<object> items) => client.PostJsonAsync("/api/v2/items", new { items });

    public static Task<JsonElement> TrackAsync(this HttpClient client, params IEnumerable<(string User, string Item)> taken) => client.PostJsonAsync(
        "/api/v2/interactions",
        new { interactions = taken.Select((t, n) => new { user_id = t.User, item_id = t.Item, type = "view", timestamp = DateTimeOffset.UtcNow.AddDays(-1).AddSeconds(n) }) });

    public static Task<JsonElement> RecommendAsync(this HttpClient client, string user, int count = 10, object? filters = null) =>
        client.PostJsonAsync("/api/v2/recommendations", new { user_id = user, count, filters = filters ?? new { } });

    public static string[] Ids(this JsonElement answer) => [.. answer.GetProperty("recommendations").EnumerateArray().Select(r => r.GetProperty("item_id").GetString()!)];

    /// <summary>Waits until all that was told is learned.</summary>
    public static Task TrainedAsync(this HttpClient client) => Eventually.TrueAsync(
        async () => (await client.GetJsonAsync("/api/v2/recommendations/models")).GetProperty("status").GetString() == "ready", TimeSpan.FromSeconds(30), Ct, "The training");

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync(Ct);
        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode}: {text}");
        return JsonElement.Parse(text);
    }
}
