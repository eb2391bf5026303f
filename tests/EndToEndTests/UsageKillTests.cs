using Platform.TestSupport;

namespace Platform.EndToEndTests;

/// <summary>The short form of <c>./platform prove usage-kill</c>, and limits over two gateways.</summary>
public sealed class UsageKillTests(PlatformFixture platform)
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_answer_has_one_usage_row_whatever_is_killed_on_the_rows_way()
    {
        const int Answers = 6_000;
        var (tenant, client) = await platform.NewTenantAsync("usage-kill");
        await platform.Admin.RaiseLimitsAsync(tenant.ToString());
        var (second, address) = await SecondGateway.StartAsync(platform.Instance, platform.Instance.DataFolder, "gateway-2", new Dictionary<string, string?>(), Ct);
        await using (second)
        {
            using var requests = new CountedRequests([platform.Instance.Gateway, address], tenant, TokenOf(client), Answers);
            var work = requests.RunAsync(Ct);
            foreach (var (victim, after) in new[] { ("tenancy", Answers / 4), ("gateway", Answers / 2) })
            {
                await Eventually.TrueAsync(() => Task.FromResult(requests.Completed >= after || work.IsFaulted), TimeSpan.FromSeconds(60), Ct, $"{after} answers");
                await platform.Instance.KillAsync(victim);
            }

            await work;
            var tally = await requests.CountAsync((await platform.Instance.ConnectionsAsync())["tenancydb"], Ct);
            Assert.True(tally.Missing == 0 && tally.Extra <= CountedRequests.AtEachGateway, $"{tally}; {requests.Statuses}");
        }
    }

    [Fact]
    public async Task At_100_a_minute_200_requests_at_once_over_two_gateways_let_exactly_100_through()
    {
        var (tenant, client) = await platform.NewTenantAsync("exact");
        await platform.Admin.PutAsync($"/api/admin/tenants/{tenant}/rate-limits", new { requests_per_minute = 100, requests_per_hour = 10_000, requests_per_day = 10_000 });
        var (second, address) = await SecondGateway.StartAsync(platform.Instance, platform.Instance.DataFolder, "gateway-3", new Dictionary<string, string?>(), Ct);
        await using (second)
        {
            using var other = new Api(address);
            other.WithBearer(TokenOf(client));
            var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
            {
                using var response = await (i % 2 == 0 ? client : other).SendAsync(HttpMethod.Get, "/api/v2/permissions");
                return (int)response.StatusCode;
            }));
            Assert.Equal((100, 100), (answers.Count(a => a == 200), answers.Count(a => a == 429)));
        }
    }

    private static string TokenOf(Api client) => client.Http.DefaultRequestHeaders.Authorization!.Parameter!;
}
