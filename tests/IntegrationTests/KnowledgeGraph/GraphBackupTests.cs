using Platform.Contracts;
using Platform.Contracts.ThreatIntel;
using Platform.KnowledgeGraph.Backups;
using Platform.KnowledgeGraph.Projection;
using Platform.TestSupport;
using static Platform.IntegrationTests.KnowledgeGraph.GraphFixture;

namespace Platform.IntegrationTests.KnowledgeGraph;

/// <summary>The graphs as lines and back. The server is shared with other tests, so each touches its own tenants alone.</summary>
public sealed class GraphBackupTests(Stack stack)
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_comes_back_is_what_was_there_and_what_was_heard_is_still_known()
    {
        await using var fixture = await StartAsync(stack);
        var message = Message(new ThreatObjectsUpserted(
            [Object("malware--00000000-0000-4000-8000-0000000000b1", revision: 5, more: [("rating", 5.0), ("count", 5L), ("tags", new[] { "a", "b\nc" })])]));
        await fixture.Projector.ApplyAsync(fixture.Tenant, [message], Ct);
        await fixture.ApplyAsync(
            new ThreatObjectsUpserted([Object("tool--00000000-0000-4000-8000-0000000000b2", tlp: TlpLevel.Amber)]),
            new RelationshipsUpserted([
                Link("relationship--00000000-0000-4000-8000-0000000000b3", "malware--00000000-0000-4000-8000-0000000000b1", "tool--00000000-0000-4000-8000-0000000000b2", tlp: TlpLevel.Amber),
                Link("relationship--00000000-0000-4000-8000-0000000000b4", "malware--00000000-0000-4000-8000-0000000000b1", "tool--00000000-0000-4000-8000-0000000000b9")]));
        var before = await Task.WhenAll(Enum.GetValues<TlpLevel>().Select(fixture.DigestAsync));
        var backup = Backup(fixture);
        var lines = new StringWriter();
        Assert.True(await backup.WriteAsync(lines, t => t == fixture.Tenant, Ct) >= 3);

        await fixture.Projector.EraseAsync(fixture.Tenant, Ct);
        Assert.Equal("", await fixture.DigestAsync(TlpLevel.Red));
        await RestoreAsync(backup, fixture, lines.ToString());
        Assert.Equal(before, await Task.WhenAll(Enum.GetValues<TlpLevel>().Select(fixture.DigestAsync)));

        // An older word about the object, the same message again, and the node that a relationship waits for.
        await fixture.Projector.ApplyAsync(fixture.Tenant, [message], Ct);
        await fixture.ApplyAsync(new ThreatObjectsUpserted([Object("malware--00000000-0000-4000-8000-0000000000b1", revision: 2, name: "Older")]));
        Assert.Equal(before, await Task.WhenAll(Enum.GetValues<TlpLevel>().Select(fixture.DigestAsync)));
        await fixture.ApplyAsync(new ThreatObjectsUpserted([Object("tool--00000000-0000-4000-8000-0000000000b9")]));
        Assert.Equal(1L, await fixture.ScalarAsync("MATCH ()-[r]->() RETURN count(r)"));
    }

    [Fact]
    public async Task What_came_later_is_gone_after_a_restore()
    {
        await using var fixture = await StartAsync(stack);
        await fixture.ApplyAsync(new ThreatObjectsUpserted([Object("malware--00000000-0000-4000-8000-0000000000c1")]));
        var backup = Backup(fixture);
        var lines = new StringWriter();
        await backup.WriteAsync(lines, t => t == fixture.Tenant, Ct);
        await fixture.ApplyAsync(new ThreatObjectsUpserted([Object("malware--00000000-0000-4000-8000-0000000000c2", tlp: TlpLevel.Green)]));
        await RestoreAsync(backup, fixture, lines.ToString());
        Assert.Equal(1L, await fixture.ScalarAsync("MATCH (n) RETURN count(n)"));
        Assert.Equal([TlpLevel.Clear], await fixture.Ledger.LevelsAsync(fixture.Tenant, Ct));
    }

    [Fact]
    public async Task A_part_that_breaks_off_while_it_is_put_back_changes_nothing_and_leaves_nothing()
    {
        await using var fixture = await StartAsync(stack);
        await fixture.ApplyAsync(new ThreatObjectsUpserted([Object("malware--00000000-0000-4000-8000-0000000000d1")]));
        var backup = Backup(fixture);
        var lines = new StringWriter();
        await backup.WriteAsync(lines, t => t == fixture.Tenant, Ct);
        await fixture.ApplyAsync(new ThreatObjectsUpserted([Object("malware--00000000-0000-4000-8000-0000000000d2", tlp: TlpLevel.Green)]));
        var before = await Task.WhenAll(Enum.GetValues<TlpLevel>().Select(fixture.DigestAsync));

        // After the graphs and half of the ledger.
        await Assert.ThrowsAsync<IOException>(() => RestoreAsync(backup, fixture, lines.ToString(), breakAfter: lines.ToString().Count(c => c == '\n') - 1));

        Assert.Equal(before, await Task.WhenAll(Enum.GetValues<TlpLevel>().Select(fixture.DigestAsync)));
        Assert.DoesNotContain(await fixture.Store.ListAsync(Ct), g => g.IsRestored && g.Tenant == fixture.Tenant);
        await fixture.ApplyAsync(new ThreatObjectsUpserted([Object("malware--00000000-0000-4000-8000-0000000000d2", tlp: TlpLevel.Green, revision: 2, name: "Newer")]));
        Assert.Contains("Newer", await fixture.DigestAsync(TlpLevel.Green), StringComparison.Ordinal);
    }

    private static GraphBackup Backup(GraphFixture fixture) => new(fixture.Store, fixture.Graphs, new GraphWriter(fixture.Store), fixture.Ledger, fixture.Projector);

    private static Task<long> RestoreAsync(GraphBackup backup, GraphFixture fixture, string lines, int breakAfter = int.MaxValue) => backup.RestoreAsync(
        async take =>
        {
            foreach (var (number, line) in lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Index())
            {
                await (number < breakAfter ? take(line.TrimEnd('\r'), Ct) : throw new IOException("The part breaks off."));
            }

            return 0;
        },
        t => t == fixture.Tenant, Ct);
}
