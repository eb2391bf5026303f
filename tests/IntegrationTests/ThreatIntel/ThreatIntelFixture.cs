using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Platform.Contracts;
using Platform.Contracts.ThreatIntel;
using Platform.ServiceDefaults;
using Platform.TestSupport;
using Platform.ThreatIntel;

namespace Platform.IntegrationTests.ThreatIntel;

/// <summary>The service on real stores, with somebody who listens to what it publishes. Tests keep apart by tenant.</summary>
public sealed class ThreatIntelFixture(Stack stack) : IAsyncLifetime
{
    public const string Everything = "read:threat_intel write:threat_intel delete:threat_intel";

    private readonly string _data = Directory.CreateTempSubdirectory("threatintel-test-").FullName;
    private TestDatabase _database = null!;
    private ServiceHost<ThreatIntelOptions>? _host;
    private IHost _listener = null!;

    internal Heard Heard { get; } = new();

    internal ServiceHost<ThreatIntelOptions> Host => _host!;

    public string Owner => _database.Owner;

    public async ValueTask InitializeAsync()
    {
        _database = await stack.CreateDatabaseAsync("threatintel");
        _listener = await ListenAsync(await stack.ConnectionAsync("rabbitmq"));
        await StartAsync();
    }

    /// <summary>Starts the service, again after <see cref="StopAsync"/>: on the same database and folder.</summary>
    public async Task StartAsync(int batchSize = 500)
    {
        _host = new ServiceHost<ThreatIntelOptions>("threatintel", new Dictionary<string, string?>
        {
            ["ConnectionStrings:threatinteldb"] = _database.Owner,
            ["ConnectionStrings:rabbitmq"] = await stack.ConnectionAsync("rabbitmq"),
            ["Messaging:Prefix"] = _database.Name,
            ["Platform:DataRoot"] = _data,
            ["ThreatIntel:ExpiryInterval"] = "00:00:00.5",
            ["ThreatIntel:FeedInterval"] = "00:00:00.2",
            ["ThreatIntel:FeedRetryDelay"] = "00:00:00.01",
            ["Outbound:AllowedNetworks:0"] = "127.0.0.0/8",
            ["ThreatIntel:ImportBatchSize"] = batchSize.ToString(System.Globalization.CultureInfo.InvariantCulture),
        });
        _host.CreateClient().Dispose();
    }

    public async Task StopAsync()
    {
        await _host!.DisposeAsync();
        _host = null;
    }

    public HttpClient ClientFor(Guid tenant, TlpLevel clearance = TlpLevel.Red, string permissions = Everything) =>
        Host.ClientFor(ServiceHost<ThreatIntelOptions>.User(tenant, permissions, clearance));

    /// <summary>Imports a bundle and waits for its end; gives the import resource.</summary>
    public async Task<JsonElement> ImportAsync(Guid tenant, byte[] bundle, CancellationToken ct, TlpLevel clearance = TlpLevel.Red)
    {
        var location = await PostAsync(ClientFor(tenant, clearance), bundle, ct);
        JsonElement import = default;
        await Eventually.TrueAsync(
            async () =>
            {
                import = await GetAsync(ClientFor(tenant), location, ct);
                return import.GetProperty("status").GetString() is not ("queued" or "running");
            },
            TimeSpan.FromMinutes(3),
            ct,
            "The end of the import");
        return import;
    }

    public static async Task<Uri> PostAsync(HttpClient client, byte[] bundle, CancellationToken ct)
    {
        var response = await client.PostAsync("/api/v2/threat-intel/import", Json(bundle), ct);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        return response.Headers.Location!;
    }

    public static ByteArrayContent Json(byte[] body)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }

    public static ByteArrayContent Bundle(params string[] objects) => Json(BundleBytes(objects));

    public static byte[] BundleBytes(params string[] objects) =>
        Encoding.UTF8.GetBytes($$"""{"type":"bundle","id":"bundle--00000000-0000-4000-8000-000000000009","objects":[{{string.Join(",", objects)}}]}""");

    public static async Task<JsonElement> GetAsync(HttpClient client, object path, CancellationToken ct)
    {
        var response = await client.GetAsync(path.ToString(), ct);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return JsonElement.Parse(await response.Content.ReadAsByteArrayAsync(ct));
    }

    /// <summary>A figure, as the server's owner, whom row-level security does not hold.</summary>
    public async Task<long> CountAsync(string sql, CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(_database.Owner);
        await connection.OpenAsync(ct);
#pragma warning disable CA2100 // Written in the tests.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        return Convert.ToInt64(await command.ExecuteScalarAsync(ct), System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>How many messages were ever put into the outbox.</summary>
    public Task<long> EverPublishedAsync(CancellationToken ct) => CountAsync(
        "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM outbox_seq_seq", ct);

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await StopAsync();
        }

        await _listener.StopAsync();
        _listener.Dispose();
        await _database.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    private async Task<IHost> ListenAsync(string rabbit)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:rabbitmq"] = rabbit,
            ["Messaging:Prefix"] = _database.Name,
            ["Logging:LogLevel:Default"] = "Warning",
        });
        builder.Services.AddSingleton(Heard);
        builder.AddMessaging("listener", consumers => consumers
            .AddBatchConsumer<ObjectListener, ThreatObjectsUpserted>()
            .AddBatchConsumer<RelationshipListener, RelationshipsUpserted>()
            .AddBatchConsumer<ExpiryListener, IndicatorExpired>());
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }
}

/// <summary>The newest revision heard of each object, by tenant.</summary>
internal sealed class Heard
{
    public ConcurrentDictionary<(Guid Tenant, string Id), long> Revisions { get; } = new();

    /// <summary>How often each indicator's expiry was told.</summary>
    public ConcurrentDictionary<(Guid Tenant, string Id), int> Expired { get; } = new();

    public void Add(Guid tenant, string id, long revision) => Revisions.AddOrUpdate((tenant, id), revision, (_, known) => Math.Max(known, revision));

    public int Count(Guid tenant) => Revisions.Keys.Count(key => key.Tenant == tenant);
}

internal sealed class ObjectListener(Heard heard) : IConsumer<Batch<ThreatObjectsUpserted>>
{
    public Task Consume(ConsumeContext<Batch<ThreatObjectsUpserted>> context)
    {
        foreach (var message in Envelopes.Read(context))
        {
            Assert.InRange(message.Event.Objects.Count, 1, 500);
            foreach (var item in message.Event.Objects)
            {
                heard.Add(message.TenantId, item.Id, item.Version.Revision);
            }
        }

        return Task.CompletedTask;
    }
}

internal sealed class RelationshipListener(Heard heard) : IConsumer<Batch<RelationshipsUpserted>>
{
    public Task Consume(ConsumeContext<Batch<RelationshipsUpserted>> context)
    {
        foreach (var message in Envelopes.Read(context))
        {
            Assert.InRange(message.Event.Relationships.Count, 1, 500);
            foreach (var item in message.Event.Relationships)
            {
                heard.Add(message.TenantId, item.Id, item.Version.Revision);
            }
        }

        return Task.CompletedTask;
    }
}

internal sealed class ExpiryListener(Heard heard) : IConsumer<Batch<IndicatorExpired>>
{
    public Task Consume(ConsumeContext<Batch<IndicatorExpired>> context)
    {
        foreach (var message in Envelopes.Read(context))
        {
            heard.Expired.AddOrUpdate((message.TenantId, message.Event.Id), 1, (_, count) => count + 1);
        }

        return Task.CompletedTask;
    }
}

[CollectionDefinition(Name)]
public sealed class ThreatIntelCollection : ICollectionFixture<ThreatIntelFixture>
{
    public const string Name = "threat intel";
}
