using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Npgsql;
using Platform.TestSupport;

namespace Platform.IntegrationTests.Identity;

/// <summary>The service as a process of its own, killed in the middle of its work: the short form of <c>prove refresh-race</c>.</summary>
public sealed class KillTests(Stack stack) : IAsyncLifetime
{
    private const int Rounds = 1;
    private const int UsersARound = 40;
    private const int SpentARound = 30;

    private TestDatabase _database = null!;
    private IdentityProcess _service = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await stack.CreateDatabaseAsync("identity");
        _service = new IdentityProcess(stack, _database);
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_killed_service_loses_no_audit_row_and_its_chain_verifies()
    {
        var acknowledged = new ConcurrentBag<Guid>();
        for (var round = 0; round < Rounds; round++)
        {
            await _service.StartAsync();
            var enough = acknowledged.Count + UsersARound;
            var refusals = new ConcurrentQueue<string>();
            var workers = Enumerable.Range(0, 6).Select(_ => CreateUsersAsync(_service.Client, acknowledged, refusals)).ToList();
            await Eventually.TrueAsync(
                () =>
                {
                    _service.AssertRuns();
                    Assert.True(refusals.Count < 100 && !workers.TrueForAll(w => w.IsCompleted), $"{string.Join('\n', refusals)}\n{_service.Said()}");
                    return Task.FromResult(acknowledged.Count >= enough);
                },
                TimeSpan.FromMinutes(2), Ct, "Some users");
            await _service.KillAsync();
            await Task.WhenAll(workers);
        }

        await _service.StartAsync();
        await AssertChainAsync();
        await using var owner = NpgsqlDataSource.Create(_database.Owner);
        await using var lost = owner.CreateCommand(
            "SELECT count(*) FROM unnest($1::uuid[]) AS u(id) WHERE NOT EXISTS (SELECT FROM audit_log a WHERE a.action = 'user_created' AND a.resource = 'user/' || u.id AND a.seq IS NOT NULL)");
        lost.Parameters.Add(new() { Value = acknowledged.ToArray() });
        Assert.Equal(0L, await lost.ExecuteScalarAsync(Ct));
        Assert.True(acknowledged.Count >= Rounds * UsersARound);
    }

    [Fact]
    public async Task After_a_kill_no_used_code_or_token_is_good_again_and_none_is_good_twice()
    {
        await _service.StartAsync();
        using var traffic = new TokenTraffic(_service.Address, _service.AsGateway);
        await traffic.SignInAsync("admin@platform.local", (await _service.AdminPasswordAsync()).Trim(), Ct);
        for (var round = 0; round < Rounds; round++)
        {
            var enough = traffic.Spent + SpentARound;
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
            var workers = Enumerable.Range(0, 4).Select(_ => traffic.RunAsync(stop.Token)).ToList();
            await Eventually.TrueAsync(() => Task.FromResult(traffic.Spent >= enough), TimeSpan.FromMinutes(2), Ct, "Some used tokens");
            await _service.KillAsync();
            await stop.CancelAsync();
            await Task.WhenAll(workers);
            await _service.StartAsync();
            traffic.MoveTo(_service.Address);
        }

        Assert.Equal((0, 0), await traffic.VerifyAsync());
        await AssertChainAsync();
    }

    private async Task AssertChainAsync()
    {
        JsonElement verified = default;
        await Eventually.TrueAsync(
            async () =>
            {
                verified = JsonDocument.Parse(await _service.Client.GetStringAsync(new Uri("/api/v2/audit/verify", UriKind.Relative), Ct)).RootElement;
                return verified.GetProperty("waiting").GetInt64() == 0;
            },
            TimeSpan.FromMinutes(2), Ct, "The chain");
        Assert.True(verified.GetProperty("valid").GetBoolean(), verified.ToString());
    }

    /// <summary>Creates users until the service is gone; only what was answered counts.</summary>
    private static async Task CreateUsersAsync(HttpClient client, ConcurrentBag<Guid> acknowledged, ConcurrentQueue<string> refusals)
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
                else
                {
                    refusals.Enqueue($"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync(Ct)}");
                }
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException or SocketException)
            {
                refusals.Enqueue(exception.Message);
                return;
            }
        }
    }
}
