using System.Net;
using System.Text.Json;
using Platform.TestSupport;

namespace Platform.EndToEndTests;

/// <summary>Kill -9 in the middle of work: nothing acknowledged is lost, nothing is there twice.</summary>
public sealed class KillDrillTests(PlatformFixture platform)
{
    private const int Samples = 12_000;
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task ThreatIntel_killed_in_mid_import_resumes_to_the_same_end()
    {
        var (_, client) = await platform.NewTenantAsync("kill-import");
        var (_, location) = await client.StartImportAsync(SmallBundle.Large(Samples, out var actor));
        await Eventually.TrueAsync(
            async () =>
            {
                using var response = await client.SendAsync(HttpMethod.Get, location!);
                using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Ct));
                return body.RootElement.GetProperty("status").GetString() is not "queued";
            },
            TimeSpan.FromSeconds(20), Ct, "The start of the import");
        await platform.Instance.KillAsync("threatintel");
        await AssertCompleteAsync(client, location!, actor);
    }

    [Fact]
    public async Task RabbitMQ_killed_in_mid_import_loses_no_event_and_doubles_none()
    {
        var (_, client) = await platform.NewTenantAsync("kill-broker");
        var (_, location) = await client.StartImportAsync(SmallBundle.Large(Samples, out var actor));
        await platform.Instance.KillAsync("rabbitmq");
        await AssertCompleteAsync(client, location!, actor);
    }

    [Theory]
    [InlineData("identity")]
    [InlineData("postgres")]
    public async Task Killed_under_sign_ins_no_used_code_or_token_is_good_again_no_audit_row_is_lost_and_the_chain_verifies(string resource)
    {
        const int Spent = 30;
        const string Password = "a really fine pass 9";
        var (_, client) = await platform.NewTenantAsync($"kill-{resource}");
        var slug = (await client.GetAsync("/api/v2/tenant")).GetProperty("slug").GetString()!;
        await client.PostAsync("/api/v2/users", new { username = "kill@example.com", password = Password, must_change_password = false });
        using var traffic = new TokenTraffic(platform.Instance.Gateway);
        await traffic.SignInAsync("kill@example.com", Password, Ct, slug);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var workers = Enumerable.Range(0, 3).Select(_ => traffic.RunAsync(stop.Token)).ToList();
        var changes = ChangePolicyAsync(client, stop.Token);
        await Eventually.TrueAsync(() => Task.FromResult(traffic.Spent >= Spent), TimeSpan.FromSeconds(60), Ct, "Some used tokens");
        await platform.Instance.KillAsync(resource);
        await Eventually.TrueAsync(() => Task.FromResult(traffic.Spent >= 2 * Spent), TimeSpan.FromSeconds(60), Ct, "Used tokens after the kill");
        await stop.CancelAsync();
        await Task.WhenAll(workers);

        Assert.Equal((0, 0), await traffic.VerifyAsync());
        JsonElement chain = default;
        await Eventually.TrueAsync(
            async () => (chain = await client.GetAsync("/api/v2/audit/verify")).GetProperty("waiting").GetInt64() == 0, TimeSpan.FromSeconds(30), Ct, "The chain");
        Assert.True(chain.GetProperty("valid").GetBoolean(), chain.ToString());
        var (acknowledged, sent) = await changes;
        var recorded = (await client.GetAsync("/api/v2/audit?action=policy_updated&count=true")).GetProperty("total").GetInt64();
        Assert.InRange(recorded, acknowledged, sent);
        Assert.NotEqual(0, acknowledged);
    }

    /// <summary>Changes the sign-in policy again and again: how many changes were acknowledged, of how many sent.</summary>
    private static async Task<(int Acknowledged, int Sent)> ChangePolicyAsync(Api client, CancellationToken stop)
    {
        var (acknowledged, sent) = (0, 0);
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!stop.IsCancellationRequested)
        {
            sent++;
            try
            {
                using var response = await client.SendAsync(HttpMethod.Put, "/api/v2/auth/policy", new { max_sessions = 5 });
                acknowledged += response.IsSuccessStatusCode ? 1 : 0;
                await pace.WaitForNextTickAsync(stop);
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
            {
                // Not acknowledged; or told to stop.
            }
        }

        return (acknowledged, sent);
    }

    private static async Task AssertCompleteAsync(Api client, string location, string actor)
    {
        var import = await client.WaitForImportAsync(location);
        Assert.Equal("completed", import.GetProperty("status").GetString());
        Assert.Equal((2 * Samples) + 1, import.GetProperty("total").GetInt32());
        Assert.Equal((2 * Samples) + 1, import.GetProperty("processed").GetInt32());
        Assert.Equal(0, import.GetProperty("failed").GetInt32());
        await Eventually.TrueAsync(
            async () => await CountAsync(client, actor) == (Samples, Samples),
            TimeSpan.FromSeconds(120), Ct, "The graph of the whole bundle");
        using var export = await client.SendAsync(HttpMethod.Get, "/api/v2/threat-intel/export");
        Assert.Equal(HttpStatusCode.OK, export.StatusCode);
        using var bundle = await JsonDocument.ParseAsync(await export.Content.ReadAsStreamAsync(Ct), cancellationToken: Ct);
        var ids = bundle.RootElement.GetProperty("objects").EnumerateArray().Select(o => o.GetProperty("id").GetString()).ToList();
        Assert.Equal((2 * Samples) + 1, ids.Count);
        Assert.Equal(ids.Count, ids.Distinct().Count());
    }

    private static async Task<(int Relationships, int Targets)> CountAsync(Api client, string actor)
    {
        using var response = await client.SendAsync(HttpMethod.Post, "/api/v2/knowledge-graph/query", new
        {
            cypher = "MATCH (a:Object {id: $id})-[r:USES]->(m:Malware) RETURN count(r) AS r, count(DISTINCT m) AS m",
            parameters = new { id = actor },
        });
        if (!response.IsSuccessStatusCode)
        {
            return (0, 0);
        }

        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Ct));
        if (body.RootElement.GetProperty("results").GetArrayLength() == 0)
        {
            return (0, 0);
        }

        var row = body.RootElement.GetProperty("results")[0];
        return (row.GetProperty("r").GetInt32(), row.GetProperty("m").GetInt32());
    }
}
