using System.Security.Cryptography;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Platform.Contracts.ThreatIntel;
using Platform.ServiceDefaults;
using Platform.TestSupport;

namespace Platform.Benchmarks.Events;

/// <summary>A service of the platform's own making around <see cref="EventsDb"/>: one publishes, another one listens.</summary>
internal sealed class EventsService : IAsyncDisposable
{
    private readonly WebApplication _app;

    private EventsService(WebApplication app) => _app = app;

    public NpgsqlDataSource Source => _app.Services.GetRequiredService<NpgsqlDataSource>();

    public HeardCounter Counter => _app.Services.GetRequiredService<HeardCounter>();

    public static async Task<EventsService> StartAsync(string name, TestDatabase database, string broker, string prefix, bool listens)
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            // As services connect; a test's database is opened anew for each use, which costs more than a message.
            ["ConnectionStrings:eventsdb"] = database.Owner,
            ["ConnectionStrings:rabbitmq"] = broker,
            ["InternalAuth:Key"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            ["Messaging:Prefix"] = prefix,
            ["Logging:LogLevel:Default"] = "Warning",
        });
        builder.AddServiceDefaults(name);
        builder.AddNpgsqlDbContext<EventsDb>("eventsdb");
        builder.Services.AddSingleton<HeardCounter>();
        builder.AddMessaging<EventsDb>(name, consumers =>
        {
            if (listens)
            {
                consumers.AddBatchConsumer<ObjectsConsumer, ThreatObjectsUpserted>();
            }
        });
        var app = builder.Build();
        await app.StartAsync();
        await app.Services.ReadyBusAsync();
        return new EventsService(app);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}

/// <summary>How many objects have been committed by the consumer, and a wait for more.</summary>
internal sealed class HeardCounter
{
    private readonly Lock _gate = new();
    private long _objects;
    private (long Target, TaskCompletionSource<DateTimeOffset> Reached)? _waiting;

    public void Add(int objects)
    {
        lock (_gate)
        {
            _objects += objects;
            if (_waiting is { } waiting && _objects >= waiting.Target)
            {
                waiting.Reached.SetResult(DateTimeOffset.UtcNow);
                _waiting = null;
            }
        }
    }

    /// <summary>The moment at which so many more than now have been committed.</summary>
    public Task<DateTimeOffset> MoreAsync(long objects)
    {
        lock (_gate)
        {
            var reached = new TaskCompletionSource<DateTimeOffset>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting = (_objects + objects, reached);
            return reached.Task;
        }
    }
}

/// <summary>Takes objects in as a service does: set-based, in the transaction of the inbox.</summary>
internal sealed class ObjectsConsumer(Inbox<EventsDb> inbox, HeardCounter counter) : IConsumer<Batch<ThreatObjectsUpserted>>
{
    private const string Store = """
        INSERT INTO heard (id, tenant_id, revision) SELECT o.id, $1, o.revision FROM unnest($2::text[], $3::bigint[]) AS o(id, revision)
        ON CONFLICT (tenant_id, id) DO UPDATE SET revision = excluded.revision WHERE heard.revision < excluded.revision
        """;

    public async Task Consume(ConsumeContext<Batch<ThreatObjectsUpserted>> context)
    {
        var heard = 0;
        await inbox.ProcessAsync(context, nameof(ObjectsConsumer), async (db, services, messages, ct) =>
        {
            var objects = messages.SelectMany(m => m.Event.Objects).ToList();
            heard += objects.Count;
            var session = await TenantSession.JoinAsync(db, services.GetRequiredService<NpgsqlDataSource>(), messages[0].TenantId, ct);
            await using var store = session.Command(Store);
            store.Parameters.Add(new() { Value = messages[0].TenantId });
            store.Parameters.Add(new() { Value = objects.ConvertAll(o => o.Id).ToArray() });
            store.Parameters.Add(new() { Value = objects.ConvertAll(o => o.Version.Revision).ToArray() });
            await store.ExecuteNonQueryAsync(ct);
        });
        counter.Add(heard);
    }
}
