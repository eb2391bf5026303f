using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Platform.Agent.Storage;
using Platform.Contracts;
using Platform.Contracts.Tenancy;
using Platform.Identity.Storage;
using Platform.ServiceDefaults;
using Platform.Tenancy.Storage;
using Platform.TestSupport;
using Platform.ThreatIntel;
using static Platform.IntegrationTests.Tenancy.TenancyFixture;

namespace Platform.IntegrationTests.Tenancy;

/// <summary>
/// The services with a database, on one broker prefix as on one platform. The graphs' part is answered for here, since
/// their server is shared with other tests; it has tests of its own.
/// </summary>
public sealed class BackupFixture(Stack stack) : IAsyncLifetime
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private readonly string _data = Directory.CreateTempSubdirectory("backup-test-").FullName;
    private readonly string _prefix = $"b{Guid.NewGuid():N}"[..9];
    private readonly Dictionary<string, TestDatabase> _databases = [];
    private readonly Dictionary<string, string?> _settings = [];
    private readonly List<IAsyncDisposable> _hosts = [];
    private HostReceiveEndpointHandle _graphs = null!;
    private ServiceHost<TenancyDb> _tenancy = null!;
    private ServiceHost<IdentityDb> _identity = null!;
    private ServiceHost<ThreatIntelOptions> _threatIntel = null!;

    internal static IReadOnlyList<string> Names { get; } = ["tenancy", "identity", "threatintel", "agent"];

    internal ServiceHost<TenancyDb> Tenancy => _tenancy;

    internal ServiceHost<IdentityDb> Identity => _identity;

    internal HttpClient Admin => _tenancy.ClientFor(ServiceHost<TenancyDb>.User(WellKnown.DefaultTenantId, PlatformAdmin));

    public async ValueTask InitializeAsync()
    {
        foreach (var name in Names)
        {
            _databases[name] = await stack.CreateDatabaseAsync(name);
            _settings[$"ConnectionStrings:{name}db"] = _databases[name].Owner;
        }

        _settings["ConnectionStrings:rabbitmq"] = await stack.ConnectionAsync("rabbitmq");
        _settings["Messaging:Prefix"] = _prefix;
        _settings["Backup:Key"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        _settings["Tenancy:KeyPepper"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        _settings["Identity:KeyEncryptionKey"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        _settings["Identity:PasswordIterations"] = "20000";
        _settings["Identity:Issuer"] = "http://platform.test";
        _settings["Identity:AdminPasswordFile"] = Path.Combine(_data, "admin-password");
        _settings["services:gateway-internal:http:0"] = "http://127.0.0.1:1";
        _settings["services:knowledgegraph:http:0"] = "http://127.0.0.1:1";
        _settings["services:threatintel:http:0"] = "http://127.0.0.1:1";
        _settings["services:tenancy:http:0"] = "http://127.0.0.1:1";
        // Tenancy comes last: it announces the default tenant once, while all others listen.
        _identity = await StartAsync<IdentityDb>("identity");
        _threatIntel = await StartAsync<ThreatIntelOptions>("threatintel");
        await StartAsync<AgentDb>("agent");
        _tenancy = await StartAsync<TenancyDb>("tenancy");
        await AnswerForGraphsAsync();

        // Else the default tenant would be announced again, and its copies would not stand still.
        await ScalarAsync("tenancy", $"INSERT INTO tenant_services (tenant_id, service, ready_at) VALUES ('{WellKnown.DefaultTenantId}', 'knowledgegraph', now())");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await host.DisposeAsync();
        }

        foreach (var database in _databases.Values)
        {
            await database.DisposeAsync();
        }

        Directory.Delete(_data, recursive: true);
    }

    /// <summary>The files of one backup.</summary>
    internal string[] FilesOf(JsonElement backup, string name = "*")
    {
        var folder = backup.GetProperty("id").GetGuid().ToString("N");
        return [.. Directory.GetFiles(_data, name + ".part", SearchOption.AllDirectories).Where(file => file.Contains(folder, StringComparison.Ordinal))];
    }

    /// <summary>Lets requests to the graphs go unanswered.</summary>
    internal Task SilenceGraphsAsync() => _graphs.StopAsync(Ct);

    /// <summary>Puts something into each store, and waits until nothing moves any more.</summary>
    internal async Task FillAsync()
    {
        var tenant = await SendAsync(Admin, HttpMethod.Post, "/api/v2/admin/tenants", HttpStatusCode.Created, Ct, new { name = "Kept", slug = NewSlug(), settings = new { zeichen = "äö\n\"\\" } });
        var id = tenant.GetProperty("id").GetGuid();
        var own = _tenancy.ClientFor(ServiceHost<TenancyDb>.User(id, PlatformAdmin));
        await SendAsync(own, HttpMethod.Post, "/api/v2/admin/api-keys", HttpStatusCode.Created, Ct, new { name = "k", permissions = new[] { "read:all" } });
        await _tenancy.Services.GetRequiredService<Platform.Tenancy.Usage.StoreUsage>().RunAsync([new(Guid.NewGuid().ToString(), 1, 0,
            [new(id, null, "s", "/x", "GET", 200, 3.25, 1, 2, TimeProvider.System.GetUtcNow().AddDays(-70)), new(id, null, "s", "/x", "GET", 200, 3.25, 1, 2, TimeProvider.System.GetUtcNow())])], Ct);
        var writer = _threatIntel.ClientFor(ServiceHost<ThreatIntelOptions>.User(id, "read:threat_intel write:threat_intel"));
        var location = await Platform.IntegrationTests.ThreatIntel.ThreatIntelFixture.PostAsync(writer, SmallBundle.Create(out _, out _, "Lost Owl"), Ct);
        await Eventually.TrueAsync(
            async () => (await SendAsync(writer, HttpMethod.Get, location.ToString(), HttpStatusCode.OK, Ct)).GetProperty("status").GetString() == "completed",
            TimeSpan.FromSeconds(30), Ct, "The import");
        await QuietAsync();
    }

    /// <summary>Nothing waits to be sent, but what nobody here listens to, or to be placed: the stores stand still.</summary>
    internal async Task QuietAsync()
    {
        var moving = "";
        try
        {
            await Eventually.TrueAsync(async () => (moving = await MovingAsync()).Length == 0, TimeSpan.FromSeconds(60), Ct, "Quiet");
        }
        catch (TimeoutException exception)
        {
            throw new TimeoutException($"There is still {moving}.", exception);
        }
    }

    private async Task<string> MovingAsync()
    {
        foreach (var name in Names)
        {
            if (await ScalarAsync(name, "SELECT count(*) FROM outbox WHERE next_attempt_at IS NULL") != "0")
            {
                return $"an event in the outbox of {name}: {await ScalarAsync(name, "SELECT string_agg(DISTINCT type, ', ') FROM outbox WHERE next_attempt_at IS NULL")}";
            }
        }

        foreach (var (name, table) in new[]
        {
            ("identity", "audit_log WHERE seq IS NULL"), ("tenancy", "usage_deltas"),
            ("tenancy", $"tenants t WHERE (SELECT count(*) FROM tenant_services s WHERE s.tenant_id = t.id) < CASE t.id WHEN '{WellKnown.DefaultTenantId}' THEN 4 ELSE 3 END"),
        })
        {
            if (await ScalarAsync(name, $"SELECT count(*) FROM {table}") is var count and not "0")
            {
                return $"{count} rows in {table}";
            }
        }

        return "";
    }

    /// <summary>Every row of every table that stands still by itself, as text, by service.</summary>
    internal async Task<string> DigestAsync()
    {
        var digest = new StringBuilder();
        foreach (var name in Names)
        {
            var tables = await ScalarAsync(name, """
                SELECT string_agg(format('SELECT %L || count(*) || '' '' || coalesce(md5(string_agg(t::text, '','' ORDER BY t::text)), '''') AS line FROM %I t', relname || ' ', relname), ' UNION ALL ')
                FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
                    AND relname NOT IN ('__EFMigrationsHistory', 'outbox', 'inbox', 'backups', 'backup_parts', 'audit_log', 'audit_heads', 'usage_batches')
                """);
            digest.AppendLine(name).AppendLine(await ScalarAsync(name, $"SELECT string_agg(line, E'\\n' ORDER BY line) FROM ({tables}) AS l"));
        }

        return digest.ToString();
    }

    internal async Task<string> ScalarAsync(string name, string sql)
    {
        await using var source = NpgsqlDataSource.Create(_databases[name].Owner);
#pragma warning disable CA2100 // The test's own text.
        await using var command = source.CreateCommand(sql);
#pragma warning restore CA2100
        return (await command.ExecuteScalarAsync(Ct))?.ToString() ?? "";
    }

    private async Task<ServiceHost<T>> StartAsync<T>(string name)
        where T : class
    {
        var host = new ServiceHost<T>(name, new Dictionary<string, string?>(_settings) { ["Platform:DataRoot"] = Path.Combine(_data, name) });
        _hosts.Add(host);
        await host.Services.GetRequiredService<BusStart>().WaitAsync(Ct);
        return host;
    }

    /// <summary>Answers for the graphs, as a service that has nothing to keep.</summary>
    internal async Task AnswerForGraphsAsync()
    {
        _graphs = _tenancy.Services.GetRequiredService<IReceiveEndpointConnector>().ConnectReceiveEndpoint($"{_prefix}-graphs", (_, endpoint) =>
        {
            if (endpoint is IRabbitMqReceiveEndpointConfigurator rabbit)
            {
                rabbit.AutoDelete = true;
                rabbit.Durable = false;
            }

            endpoint.Handler<BackupRequested>(c => c.Publish(new BackupPartCompleted(c.Message.BackupId, "knowledgegraph", null, 0, 0, new string('0', 64)), Enveloped));
            endpoint.Handler<RestoreRequested>(c => c.Publish(new RestorePartCompleted(c.Message.BackupId, c.Message.RestoreId, "knowledgegraph", c.Message.Apply, null, 0), Enveloped));
        });
        await _graphs.Ready.WaitAsync(TimeSpan.FromSeconds(30), Ct);
    }

    private static readonly IPipe<PublishContext> Enveloped = Pipe.Execute<PublishContext>(c => c.Headers.Set(WellKnown.EventHeaders.Tenant, WellKnown.DefaultTenantId.ToString("D")));
}
