using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using Npgsql;
using Platform.Contracts;
using Platform.ServiceDefaults;
using Platform.TestSupport;

namespace Platform.IntegrationTests.Identity;

/// <summary>The service as a process of its own, killed in the middle of its work.</summary>
public sealed class AuditKillTests(Stack stack) : IAsyncLifetime
{
    private const int Rounds = 2;
    private const int UsersARound = 40;

    private readonly byte[] _internalKey = RandomNumberGenerator.GetBytes(32);
    private readonly string _sealingKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
    private readonly string _prefix = $"k{Guid.NewGuid():N}"[..9];
    private TestDatabase _database = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _database = await stack.CreateDatabaseAsync("identity");

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task A_killed_service_loses_no_audit_row_and_its_chain_verifies()
    {
        var acknowledged = new ConcurrentBag<Guid>();
        for (var round = 0; round < Rounds; round++)
        {
            var (process, client) = await StartAsync();
            using (process)
            using (client)
            {
                var enough = acknowledged.Count + UsersARound;
                var workers = Enumerable.Range(0, 6).Select(_ => WorkAsync(client, acknowledged)).ToList();
                await Eventually.TrueAsync(() => Task.FromResult(acknowledged.Count >= enough), TimeSpan.FromMinutes(2), Ct, "Some users");
                process.Kill();
                await process.WaitForExitAsync(Ct);
                await Task.WhenAll(workers);
            }
        }

        var (last, reader) = await StartAsync();
        using (last)
        using (reader)
        {
            JsonElement verified = default;
            await Eventually.TrueAsync(
                async () =>
                {
                    verified = JsonDocument.Parse(await reader.GetStringAsync(new Uri("/api/v2/audit/verify", UriKind.Relative), Ct)).RootElement;
                    return verified.GetProperty("waiting").GetInt64() == 0;
                },
                TimeSpan.FromMinutes(2), Ct, "The chain");
            Assert.True(verified.GetProperty("valid").GetBoolean(), verified.ToString());
            await using var owner = NpgsqlDataSource.Create(_database.Owner);
            await using var lost = owner.CreateCommand(
                "SELECT count(*) FROM unnest($1::uuid[]) AS u(id) WHERE NOT EXISTS (SELECT FROM audit_log a WHERE a.action = 'user_created' AND a.resource = 'user/' || u.id AND a.seq IS NOT NULL)");
            lost.Parameters.Add(new() { Value = acknowledged.ToArray() });
            Assert.Equal(0L, await lost.ExecuteScalarAsync(Ct));
            last.Kill();
        }

        Assert.True(acknowledged.Count >= Rounds * UsersARound);
    }

    /// <summary>Creates users until the service is gone; only what was answered counts.</summary>
    private static async Task WorkAsync(HttpClient client, ConcurrentBag<Guid> acknowledged)
    {
        while (true)
        {
            try
            {
                using var response = await client.PostAsJsonAsync("/api/v2/users", new { username = $"k{Guid.NewGuid():N}@example.com" }, Ct);
                if (response.StatusCode == HttpStatusCode.Created)
                {
                    acknowledged.Add((await response.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("user_id").GetGuid());
                }
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException or SocketException)
            {
                return;
            }
        }
    }

    private async Task<(Process Process, HttpClient Client)> StartAsync()
    {
        var port = FreePort();
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = AppContext.BaseDirectory };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Platform.Identity.dll"));
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}",
            ["ConnectionStrings__identitydb"] = _database.Owner,
            ["ConnectionStrings__rabbitmq"] = await stack.ConnectionAsync("rabbitmq"),
            ["Messaging__Prefix"] = _prefix,
            ["InternalAuth__Key"] = Convert.ToBase64String(_internalKey),
            ["Identity__Issuer"] = IdentityFixture.Issuer,
            ["Identity__KeyEncryptionKey"] = _sealingKey,
            ["Logging__LogLevel__Default"] = "Error",
        })
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var admin = new Caller(
            WellKnown.DefaultTenantId, Guid.CreateVersion7().ToString(), CallerKind.User,
            PermissionSet.Parse("read:all write:all manage:users read:audit use:chat"), TlpLevel.Red, Guid.CreateVersion7());
        var client = new HttpClient(new RenewingHandler(() => InternalTokens.Issue(admin, "identity", _internalKey, TimeProvider.System.GetUtcNow())))
        {
            BaseAddress = new Uri($"http://127.0.0.1:{port}"),
        };
        await Eventually.TrueAsync(
            async () =>
            {
                Assert.False(process.HasExited);
                try
                {
                    using var ready = await client.GetAsync(new Uri("/api/v2/audit?limit=1", UriKind.Relative), Ct);
                    return ready.IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            TimeSpan.FromMinutes(2), Ct, "The service");
        return (process, client);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Internal tokens live a minute; each request has a fresh one.</summary>
    private sealed class RenewingHandler(Func<string> token) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token());
            return base.SendAsync(request, cancellationToken);
        }
    }
}
