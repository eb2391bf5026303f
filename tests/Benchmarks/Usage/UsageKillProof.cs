using Platform.Benchmarks.Harness;
using Platform.TestSupport;

namespace Platform.Benchmarks.Usage;

/// <summary>Every completed answer is counted exactly once, whatever is killed on the way of its row.</summary>
internal sealed class UsageKillProof : Measurement
{
    private const int Requests = 100_000;
    private const int RequestsQuickly = 10_000;

    public override string Name => "usage-kill";

    public override string Summary => "kill -9 of Tenancy, RabbitMQ and a gateway in turn under full load over two gateways: one usage row for each answer";

    public override bool CanShare => false;

    public override string Help => """
        100,000 requests (with --quick 10,000), each with an address of its own, at full speed through two gateways of one
        platform. After a quarter of the answers Tenancy is killed, after half of them RabbitMQ, after three quarters the
        first gateway; each is back before the next one goes. In the end the usage rows are compared with the answers that
        were completed, one by one.

        Limits: answers without a row 0; rows beyond one for each answer at most 16, the requests that can be in flight at
        the gateway when it is killed.
        """;

    public override async Task RunAsync(Run run, CancellationToken ct)
    {
        await using var platform = await run.PlatformAsync();
        using var admin = await platform.SignInAdminAsync();
        var (tenant, client) = await admin.NewTenantAsync("usage-kill", "proof");
        using var _ = client;
        await admin.RaiseLimitsAsync(tenant.ToString());
        var (second, address) = await SecondGateway.StartAsync(platform, run.Folder, "gateway-2", new Dictionary<string, string?>(), ct);
        await using var __ = second;

        var total = run.Options.Quick ? RequestsQuickly : Requests;
        using var requests = new CountedRequests([platform.Gateway, address], tenant, client.Http.DefaultRequestHeaders.Authorization!.Parameter!, total);
        var work = requests.RunAsync(ct);
        foreach (var (victim, after) in new[] { ("tenancy", total / 4), ("rabbitmq", total / 2), ("gateway", total * 3 / 4) })
        {
            await Eventually.TrueAsync(() => Task.FromResult(requests.Completed >= after || work.IsFaulted), TimeSpan.FromMinutes(10), ct, $"{after} answers");
            var back = await platform.KillAsync(victim);
            run.Say($"{victim} killed after {after:N0} answers; it runs again after {back.TotalSeconds:0.0} s, {requests.Completed:N0} answers");
        }

        await work;
        run.Say($"{requests.Completed:N0} answers ({requests.Statuses}), {requests.Unanswered:N0} requests without an answer; counting rows");
        var tally = await requests.CountAsync((await platform.ConnectionsAsync())["tenancydb"], ct);
        if (tally.Missing.Count > 0)
        {
            run.Say("without a row: " + tally.Losses);
        }

        run.Figures.Add(new Figure("answers", "answers", tally.Completed));
        run.Figures.Add(new Figure("rows", "rows", tally.Rows));
        run.Figures.Add(new Figure("answers without a row", "answers", tally.Missing.Count, Budget.AtMost(0)));
        run.Figures.Add(new Figure("rows beyond one for each", "rows", tally.Extra, Budget.AtMost(CountedRequests.AtEachGateway)));
    }
}
