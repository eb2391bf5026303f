using Platform.Benchmarks.Harness;
using Platform.Benchmarks.Tokens;
using Platform.TestSupport;

namespace Platform.Benchmarks.Proofs;

/// <summary>However many use a refresh token at once, one gets its successor; whoever uses it later ends the family.</summary>
internal sealed class RefreshRaceProof : Measurement
{
    private const int Parallel = 50;

    public override string Name => "refresh-race";

    public override string Summary => "50 parallel refreshes with one token, again and again: one successor each, and reuse ends the family";

    public override int DefaultRounds => 1_000;

    public override string Help => """
        Each round begins a family of tokens by an authorization code and sends its refresh token 50 times at once through a
        gateway of the platform. Afterwards the used token comes once more, and then the successor.

        Must hold in every round: exactly one of the 50 gets tokens; the reuse is refused, and the successor after it.
        """;

    public override async Task RunAsync(Run run, CancellationToken ct)
    {
        await using var platform = await run.PlatformAsync();
        // Anonymous requests are limited by address, and these all come from one.
        var (process, address) = await SecondGateway.StartAsync(
            platform, run.Folder, "gateway", new Dictionary<string, string?> { ["Gateway__AnonymousPerMinute"] = "1000000" }, ct);
        await using var _ = process;
        var (email, password) = await platform.AdminAsync();
        using var browser = await SignedInBrowser.OpenAsync(address, email, password, ct);
        var (notOne, notRevoked) = (0, 0);
        for (var round = 1; round <= run.Options.Rounds; round++)
        {
            var first = await browser.NewFamilyAsync(ct);
            var answers = await Task.WhenAll(Enumerable.Range(0, Parallel).Select(_ => browser.RefreshAsync(first, ct)));
            var winners = answers.OfType<string>().ToList();
            notOne += winners.Count == 1 ? 0 : 1;
            var reused = await browser.RefreshAsync(first, ct);
            var successor = winners.Count == 1 ? await browser.RefreshAsync(winners[0], ct) : null;
            notRevoked += reused is null && successor is null ? 0 : 1;
            if (round % 100 == 0)
            {
                run.Say($"{round} rounds: {notOne} without exactly one winner, {notRevoked} in which a reuse did not end the family");
            }
        }

        run.Figures.Add(new Figure("rounds", "", run.Options.Rounds));
        run.Figures.Add(new Figure("rounds without exactly one successor", "", notOne, Budget.AtMost(0)));
        run.Figures.Add(new Figure("rounds in which reuse did not end the family", "", notRevoked, Budget.AtMost(0)));
    }
}
