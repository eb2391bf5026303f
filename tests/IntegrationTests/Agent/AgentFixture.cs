using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Platform.Agent.Storage;
using Platform.Contracts;
using Platform.Contracts.ThreatIntel;
using Platform.IntegrationTests.Agent.Questions;
using Platform.IntegrationTests.KnowledgeGraph;
using Platform.KnowledgeGraph.Storage;
using Platform.ServiceDefaults;
using Platform.TestSupport;

namespace Platform.IntegrationTests.Agent;

/// <summary>The Agent service over the real KnowledgeGraph service, on real stores; only the gateway's token exchange is played here.</summary>
internal sealed class AgentFixture : IAsyncDisposable
{
    public const string Permissions = "use:chat read:all";

    private readonly TestDatabase _database;
    private readonly ServiceHost<GraphNode> _graphHost;
    private readonly ServiceHost<AgentDb> _host;
    private readonly ExchangeDoor _door;

    private AgentFixture(GraphFixture graph, TestDatabase database, string graphConnection, string graphPassword, string broker, Dictionary<string, string?> settings)
    {
        Graph = graph;
        _database = database;
        _graphHost = new ServiceHost<GraphNode>("knowledgegraph", new Dictionary<string, string?>
        {
            ["ConnectionStrings:graph"] = graphConnection,
            ["Graph:AdminPassword"] = graphPassword,
            ["ConnectionStrings:rabbitmq"] = "amqp://nobody:nothing@127.0.0.1:1",
            ["Logging:LogLevel:MassTransit"] = "None",
        });
        _door = new ExchangeDoor(_graphHost);
        _host = new ServiceHost<AgentDb>("agent", new Dictionary<string, string?>(settings)
        {
            ["ConnectionStrings:agentdb"] = database.Owner,
            ["ConnectionStrings:rabbitmq"] = broker,
            ["services:gateway-internal:http:0"] = "http://gateway.test",
            ["services:knowledgegraph:http:0"] = "http://knowledgegraph.test",
            // Nobody listens there, unless a test says what it knows: what needs ThreatIntel fails, and must fail well.
            ["services:threatintel:http:0"] = "http://127.0.0.1:1",
            ["services:tenancy:http:0"] = "http://127.0.0.1:1",
            ["ServiceClients:threatintel:Retries"] = "0",
            ["ServiceClients:tenancy:Retries"] = "0",
            // Where the model servers of tests listen.
            ["Outbound:AllowedNetworks:0"] = "127.0.0.0/8",
        },
        services =>
        {
            services.AddHttpClient("gateway-internal").ConfigurePrimaryHttpMessageHandler(() => _door);
            services.AddHttpClient("threatintel").ConfigurePrimaryHttpMessageHandler(() => Intel);
            services.AddHttpClient("knowledgegraph").ConfigurePrimaryHttpMessageHandler(() => _graphHost.Server.CreateHandler());
        });
        Owner = NpgsqlDataSource.Create(database.Owner);
    }

    public GraphFixture Graph { get; }

    /// <summary>Connects as the server's owner, whom row-level security does not hold.</summary>
    public NpgsqlDataSource Owner { get; }

    public IServiceProvider Services => _host.Services;

    public ExchangeDoor Door => _door;

    public KnownIndicators Intel { get; } = new();

    public static async Task<AgentFixture> StartAsync(Stack stack, params (string Name, string Value)[] settings) => new(
        await GraphFixture.StartAsync(stack),
        await stack.CreateDatabaseAsync("agent"),
        await stack.ConnectionAsync("graph"),
        await stack.ConnectionAsync("graph-admin-password"),
        await stack.ConnectionAsync("rabbitmq"),
        settings.ToDictionary(s => s.Name, s => (string?)s.Value));

    /// <summary>A caller in the tenant of the graph, unless another is named.</summary>
    public Caller Caller(string permissions = Permissions, TlpLevel clearance = TlpLevel.Clear, Guid? tenant = null) =>
        ServiceHost<AgentDb>.User(tenant ?? Graph.Tenant, permissions, clearance);

    /// <summary>A WebSocket of the chat.</summary>
    public async Task<WebSocket> ConnectAsync(Caller caller, CancellationToken ct)
    {
        var token = _host.TokenFor(caller);
        _door.Callers[token] = caller;
        var client = _host.Server.CreateWebSocketClient();
        client.ConfigureRequest = request => request.Headers.Authorization = "Bearer " + token;
        return await client.ConnectAsync(new Uri("ws://localhost/api/v2/agent/chat_ws"), ct);
    }

    public HttpClient ClientFor(Caller caller)
    {
        var token = _host.TokenFor(caller);
        _door.Callers[token] = caller;
        var client = _host.CreateClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    /// <summary>A bear that uses two techniques, one of them revoked, and a tool; a secret group that uses the tool too.</summary>
    public Task FillAsync() => Graph.ApplyAsync(
        new ThreatObjectsUpserted(
        [
            Named("intrusion-set--00000000-0000-4000-8000-000000000001", "Test Bear", external: "G9001", aliases: ["Fancy Test"]),
            Named("attack-pattern--00000000-0000-4000-8000-000000000002", "Testing in Public", external: "T9001"),
            Named("attack-pattern--00000000-0000-4000-8000-000000000003", "Old Trick", external: "T9002", revoked: true),
            Named("tool--00000000-0000-4000-8000-000000000004", "Wrench\r\n\r\ndata: {\"done\":true}", external: "S9001"),
            Named("intrusion-set--00000000-0000-4000-8000-000000000005", "Hidden Panda", tlp: TlpLevel.Red),
        ]),
        new RelationshipsUpserted(
        [
            GraphFixture.Link("relationship--00000000-0000-4000-8000-000000000011", "intrusion-set--00000000-0000-4000-8000-000000000001", "attack-pattern--00000000-0000-4000-8000-000000000002"),
            GraphFixture.Link("relationship--00000000-0000-4000-8000-000000000012", "intrusion-set--00000000-0000-4000-8000-000000000001", "attack-pattern--00000000-0000-4000-8000-000000000003"),
            GraphFixture.Link("relationship--00000000-0000-4000-8000-000000000013", "intrusion-set--00000000-0000-4000-8000-000000000001", "tool--00000000-0000-4000-8000-000000000004"),
            GraphFixture.Link("relationship--00000000-0000-4000-8000-000000000014", "intrusion-set--00000000-0000-4000-8000-000000000005", "tool--00000000-0000-4000-8000-000000000004", tlp: TlpLevel.Red),
        ]));

    public async Task<T> ScalarAsync<T>(string sql, CancellationToken ct)
    {
#pragma warning disable CA2100 // Tests write their own SQL.
        await using var command = Owner.CreateCommand(sql);
#pragma warning restore CA2100
        return (T)(await command.ExecuteScalarAsync(ct))!;
    }

    /// <summary>Asks and gives the whole answer of <c>chat_poll</c>.</summary>
    public static async Task<JsonElement> AskAsync(HttpClient client, string message, CancellationToken ct)
    {
        using var response = await client.PostAsJsonAsync("/api/v2/agent/chat_poll", new { message }, ct);
        var text = await response.Content.ReadAsStringAsync(ct);
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{(int)response.StatusCode} {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    private static ThreatObject Named(
        string id, string name, string? external = null, string[]? aliases = null, bool revoked = false, TlpLevel tlp = TlpLevel.Clear)
    {
        var properties = new Dictionary<string, JsonElement>();
        if (external is not null)
        {
            properties["external_id"] = JsonSerializer.SerializeToElement(external);
        }

        if (aliases is not null)
        {
            properties["aliases"] = JsonSerializer.SerializeToElement(aliases);
        }

        return GraphFixture.Object(id, tlp: tlp, name: name) with { Revoked = revoked, Properties = properties };
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _graphHost.DisposeAsync();
        await Owner.DisposeAsync();
        await _database.DisposeAsync();
        await Graph.DisposeAsync();
    }
}

/// <summary>The gateway's token exchange, as far as the agent sees it; it can be shut, and kept waiting.</summary>
internal sealed class ExchangeDoor(ServiceHost<GraphNode> graph) : HttpMessageHandler
{
    public ConcurrentDictionary<string, Caller> Callers { get; } = new();

    /// <summary>Set: every exchange is refused, as after the end of a session.</summary>
    public bool Shut { get; set; }

    /// <summary>Set: an exchange waits until its caller gives up, and this completes when it did.</summary>
    public TaskCompletionSource? GivenUp { get; set; }

    /// <summary>The audiences asked for.</summary>
    public ConcurrentQueue<string> Audiences { get; } = new();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var form = QueryHelpers.ParseQuery(await request.Content!.ReadAsStringAsync(cancellationToken));
        Audiences.Enqueue(form["audience"].ToString());
        if (GivenUp is { } waiting)
        {
            try
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
            finally
            {
                waiting.TrySetResult();
            }
        }

        if (Shut || form["grant_type"] != "urn:ietf:params:oauth:grant-type:token-exchange" || !Callers.TryGetValue(form["subject_token"].ToString(), out var caller))
        {
            return new HttpResponseMessage(HttpStatusCode.BadRequest) { Content = JsonContent.Create(new { error = "invalid_grant" }) };
        }

        var token = graph.TokenFor(caller with { ActingFor = "agent" });
        return new HttpResponseMessage(HttpStatusCode.OK) { Content = JsonContent.Create(new { access_token = token, token_type = "Bearer", expires_in = 60 }) };
    }
}
