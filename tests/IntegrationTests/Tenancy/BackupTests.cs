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
/// Backup and restore of the services with a database, on one broker prefix as on one platform. The graphs' part is
/// answered for here, since their server is shared with other tests; it has tests of its own.
/// </summary>
public sealed class BackupTests(Stack stack) : IAsyncLifetime
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private static readonly string[] Names = ["tenancy", "identity", "threatintel", "agent"];

    private readonly string _data = Directory.CreateTempSubdirectory("backup-test-").FullName;
    private readonly string _prefix = $"b{Guid.NewGuid():N}"[..9];
    private readonly Dictionary<string, TestDatabase> _databases = [];
    private readonly Dictionary<string, string?> _settings = [];
    private readonly List<IAsyncDisposable> _hosts = [];
    private HostReceiveEndpointHandle _graphs = null!;
    private ServiceHost<TenancyDb> _tenancy = null!;
    private ServiceHost<IdentityDb> _identity = null!;
    private ServiceHost<ThreatIntelOptions> _threatIntel = null!;

    private HttpClient Admin => _tenancy.ClientFor(ServiceHost<TenancyDb>.User(WellKnown.DefaultTenantId, PlatformAdmin));

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
        _settings["Identity:Issuer"] = "http://platform.test";
        _settings["Identity:AdminPasswordFile"] = Path.Combine(_data, "admin-password");
        _settings["services:gateway-internal:http:0"] = "http://127.0.0.1:1";
        _settings["services:knowledgegraph:http:0"] = "http://127.0.0.1:1";
        _settings["services:threatintel:http:0"] = "http://127.0.0.1:1";
        _tenancy = Start<TenancyDb>("tenancy");
        _identity = Start<IdentityDb>("identity");
        _threatIntel = Start<ThreatIntelOptions>("threatintel");
        Start<AgentDb>("agent");
        await AnswerForGraphsAsync();
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

    [Fact]
    public async Task After_a_loss_of_every_store_all_is_as_it_was()
    {
        await FillAsync();
        var before = await DigestAsync();
        var backup = await BackUpAsync();
        Assert.Equal(5, backup.GetProperty("parts").GetArrayLength());
        Assert.DoesNotContain("Lost Owl", await FilesAsync(), StringComparison.Ordinal);

        foreach (var name in Names)
        {
            await ScalarAsync(name, """
                DO $$ DECLARE names text; BEGIN
                    SELECT string_agg(format('%I', relname), ', ') INTO names FROM pg_class
                    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition AND relname <> '__EFMigrationsHistory';
                    EXECUTE 'TRUNCATE ' || names || ' RESTART IDENTITY';
                END $$
                """);
        }

        Assert.NotEqual(before, await DigestAsync());
        var restored = await RestoreAsync(backup);
        Assert.Equal("completed", restored.GetProperty("restore").GetProperty("status").GetString());
        Assert.Equal(before, await DigestAsync());

        var auditor = _identity.ClientFor(ServiceHost<IdentityDb>.User(WellKnown.DefaultTenantId, PlatformAdmin));
        Assert.True((await SendAsync(auditor, HttpMethod.Get, "/api/v2/audit/verify", HttpStatusCode.OK, Ct)).GetProperty("valid").GetBoolean());
        await SendAsync(Admin, HttpMethod.Delete, $"/api/v2/admin/backups/{backup.GetProperty("id").GetString()}", HttpStatusCode.NoContent, Ct);
        await Eventually.TrueAsync(() => Task.FromResult(Directory.GetFiles(_data, "*.part", SearchOption.AllDirectories).Length == 0), TimeSpan.FromSeconds(20), Ct, "The parts' deletion");
    }

    [Theory]
    [InlineData("identity", false)]
    [InlineData("threatintel", false)]
    [InlineData("tenancy", true)]
    public async Task A_flipped_byte_stops_a_restore_before_anything_is_changed(string service, bool isCut)
    {
        await FillAsync();
        var backup = await BackUpAsync();
        var file = Directory.GetFiles(_data, service + ".part", SearchOption.AllDirectories).Single();
        var bytes = await File.ReadAllBytesAsync(file, Ct);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(file, isCut ? bytes[..^20] : bytes, Ct);
        await FillAsync();
        var before = await DigestAsync();
        var restored = (await RestoreAsync(backup)).GetProperty("restore");
        Assert.Equal(("failed", "verify"), (restored.GetProperty("status").GetString(), restored.GetProperty("phase").GetString()));
        Assert.Contains(restored.GetProperty("parts").EnumerateArray(), p => p.GetProperty("service").GetString() == service && p.GetProperty("error").GetString()!.Contains("hash", StringComparison.Ordinal));
        Assert.Equal(before, await DigestAsync());
    }

    [Fact]
    public async Task A_backup_that_a_service_leaves_unanswered_ends_and_says_which()
    {
        await _graphs.StopAsync(Ct);
        var started = await SendAsync(Admin, HttpMethod.Post, "/api/v2/admin/backups", HttpStatusCode.Accepted, Ct);
        await WaitAsync(started, b => b.GetProperty("parts").EnumerateArray().Count(p => p.GetProperty("status").GetString() == "completed") == 4);
        await SendAsync(Admin, HttpMethod.Post, "/api/v2/admin/backups", HttpStatusCode.Conflict, Ct);

        await using (var scope = _tenancy.Services.CreateAsyncScope())
        {
            scope.ServiceProvider.GetRequiredService<CallContext>().Enter(Caller.ForService(WellKnown.DefaultTenantId, "tenancy"));
            var run = scope.ServiceProvider.GetRequiredService<Platform.Tenancy.Backups.RunBackups>();
            await run.EndOverdueAsync(TimeSpan.FromMinutes(15), Ct);
            Assert.Equal("running", (await WaitAsync(started, _ => true)).GetProperty("status").GetString());
            await run.EndOverdueAsync(TimeSpan.Zero, Ct);
        }

        var ended = await WaitAsync(started, _ => true);
        Assert.Equal("failed", ended.GetProperty("status").GetString());
        var silent = ended.GetProperty("parts").EnumerateArray().Single(p => p.GetProperty("status").GetString() == "failed");
        Assert.Equal("knowledgegraph", silent.GetProperty("service").GetString());
        Assert.Contains("did not answer", silent.GetProperty("error").GetString(), StringComparison.Ordinal);
        await SendAsync(Admin, HttpMethod.Post, "/api/v2/admin/backups", HttpStatusCode.Accepted, Ct);
    }

    [Fact]
    public async Task Progress_is_told_while_it_happens()
    {
        var started = await SendAsync(Admin, HttpMethod.Post, "/api/v2/admin/backups", HttpStatusCode.Accepted, Ct, new { note = "nightly" });
        using var response = await Admin.GetAsync($"/api/v2/admin/backups/{started.GetProperty("id").GetString()}/events", HttpCompletionOption.ResponseHeadersRead, Ct);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        var text = await response.Content.ReadAsStringAsync(Ct);
        Assert.Contains("event: completed", text, StringComparison.Ordinal);
        Assert.Contains("\"note\":\"nightly\"", text, StringComparison.Ordinal);
        var admin = _tenancy.ClientFor(ServiceHost<TenancyDb>.User(WellKnown.DefaultTenantId, "read:all write:all manage:config manage:tenants"));
        await SendAsync(admin, HttpMethod.Get, "/api/v2/admin/backups", HttpStatusCode.Forbidden, Ct);
    }

    private async Task FillAsync()
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
    private Task QuietAsync() => Eventually.TrueAsync(
        async () =>
        {
            foreach (var name in Names)
            {
                if (await ScalarAsync(name, "SELECT count(*) FROM outbox WHERE next_attempt_at IS NULL") != "0")
                {
                    return false;
                }
            }

            return await ScalarAsync("identity", "SELECT count(*) FROM audit_log WHERE seq IS NULL") == "0"
                && await ScalarAsync("tenancy", "SELECT count(*) FROM usage_deltas") == "0"
                && await ScalarAsync("tenancy", "SELECT count(*) FROM tenants t WHERE (SELECT count(*) FROM tenant_services s WHERE s.tenant_id = t.id) < 3") == "0";
        },
        TimeSpan.FromSeconds(60), Ct, "Quiet");

    private async Task<JsonElement> BackUpAsync()
    {
        var started = await SendAsync(Admin, HttpMethod.Post, "/api/v2/admin/backups", HttpStatusCode.Accepted, Ct);
        var backup = await WaitAsync(started, b => b.GetProperty("status").GetString() != "running");
        Assert.True(backup.GetProperty("status").GetString() == "completed", backup.ToString());
        return backup;
    }

    private async Task<JsonElement> RestoreAsync(JsonElement backup)
    {
        await SendAsync(Admin, HttpMethod.Post, $"/api/v2/admin/backups/{backup.GetProperty("id").GetString()}/restore", HttpStatusCode.Accepted, Ct);
        return await WaitAsync(backup, b => b.TryGetProperty("restore", out var restore) && restore.GetProperty("status").GetString() != "running");
    }

    private async Task<JsonElement> WaitAsync(JsonElement backup, Func<JsonElement, bool> isDone)
    {
        JsonElement now = default;
        await Eventually.TrueAsync(
            async () =>
            {
                now = await SendAsync(Admin, HttpMethod.Get, $"/api/v2/admin/backups/{backup.GetProperty("id").GetString()}", HttpStatusCode.OK, Ct);
                return isDone(now);
            },
            TimeSpan.FromSeconds(60), Ct, "The end");
        return now;
    }

    /// <summary>Every row of every table that stands still by itself, as text, by service.</summary>
    private async Task<string> DigestAsync()
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

    private async Task<string> FilesAsync()
    {
        var text = new StringBuilder();
        foreach (var file in Directory.GetFiles(_data, "*.part", SearchOption.AllDirectories))
        {
            text.Append(Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, Ct)));
        }

        return text.ToString();
    }

    private async Task<string> ScalarAsync(string name, string sql)
    {
        await using var source = NpgsqlDataSource.Create(_databases[name].Owner);
#pragma warning disable CA2100 // The test's own text.
        await using var command = source.CreateCommand(sql);
#pragma warning restore CA2100
        return (await command.ExecuteScalarAsync(Ct))?.ToString() ?? "";
    }

    private ServiceHost<T> Start<T>(string name)
        where T : class
    {
        var host = new ServiceHost<T>(name, new Dictionary<string, string?>(_settings) { ["Platform:DataRoot"] = Path.Combine(_data, name) });
        _ = host.Services;
        _hosts.Add(host);
        return host;
    }

    private async Task AnswerForGraphsAsync()
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

        // Else the default tenant would be announced again and again, and no store would stand still.
        await _tenancy.Services.GetRequiredService<IBus>().Publish(new TenantProvisioned(WellKnown.DefaultTenantId, "knowledgegraph"), Enveloped, Ct);
    }

    private static readonly IPipe<PublishContext> Enveloped = Pipe.Execute<PublishContext>(c => c.Headers.Set(WellKnown.EventHeaders.Tenant, WellKnown.DefaultTenantId.ToString("D")));
}
