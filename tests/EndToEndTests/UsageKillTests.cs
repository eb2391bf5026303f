using Platform.TestSupport;

namespace Platform.EndToEndTests;

/// <summary>The short form of <c>./platform prove usage-kill</c>.</summary>
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
            Assert.True(tally.Missing.Count == 0 && tally.Extra <= CountedRequests.AtEachGateway, $"{tally}; {requests.Statuses}; without a row: {tally.Losses}");
        }
    }

    private static string TokenOf(Api client) => client.Http.DefaultRequestHeaders.Authorization!.Parameter!;
}
