using Microsoft.Extensions.Logging.Abstractions;
using Platform.Contracts;
using Platform.Contracts.ThreatIntel;
using Platform.KnowledgeGraph.Projection;
using Platform.KnowledgeGraph.Storage;
using Platform.TestSupport;
using static Platform.IntegrationTests.KnowledgeGraph.GraphFixture;

namespace Platform.IntegrationTests.KnowledgeGraph;

/// <summary>Tenancy waits for this service too.</summary>
public sealed class TenantCreatedTests(Stack stack)
{
    [Fact]
    public async Task A_new_tenant_has_its_graph_when_it_is_answered_for_and_a_repeat_gives_the_same_answer()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var fixture = await StartAsync(stack);
        await using var host = new ServiceHost<GraphNode>("knowledgegraph", new Dictionary<string, string?>
        {
            ["ConnectionStrings:graph"] = await stack.ConnectionAsync("graph"),
            ["Graph:AdminPassword"] = await stack.ConnectionAsync("graph-admin-password"),
            ["ConnectionStrings:rabbitmq"] = await stack.ConnectionAsync("rabbitmq"),
        });
        await using var answers = await TenantAnswers.HearAsync(host.Services, ct);
        var message = Guid.NewGuid();
        await answers.AnnounceAsync(fixture.Tenant, message, ct);
        await AnsweredAsync(1);
        Assert.Equal([TlpLevel.Clear], await fixture.Ledger.LevelsAsync(fixture.Tenant, ct));

        await fixture.ApplyAsync(new ThreatObjectsUpserted([Object("malware--00000000-0000-4000-8000-00000000000a", tlp: TlpLevel.Amber)]));
        await answers.AnnounceAsync(fixture.Tenant, message, ct);
        await AnsweredAsync(2);
        var heard = answers.For(fixture.Tenant);
        Assert.Single(heard.Select(a => a.MessageId).Distinct());
        Assert.All(heard, a => Assert.Equal(("knowledgegraph", fixture.Tenant), (a.Event.Service, a.TenantId)));
        Assert.Equal(0L, await fixture.ScalarAsync("MATCH (n) RETURN count(n)"));
        Assert.Equal(1L, await fixture.ScalarAsync("MATCH (n) RETURN count(n)", TlpLevel.Amber));

        Task AnsweredAsync(int times) => Eventually.TrueAsync(
            () => Task.FromResult(answers.For(fixture.Tenant).Count >= times), TimeSpan.FromSeconds(30), ct, "The answer");
    }

    [Fact]
    public async Task Of_a_deleted_tenant_no_graph_is_left_and_late_events_bring_none_back()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var fixture = await StartAsync(stack);
        await using var host = new ServiceHost<GraphNode>("knowledgegraph", new Dictionary<string, string?>
        {
            ["ConnectionStrings:graph"] = await stack.ConnectionAsync("graph"),
            ["Graph:AdminPassword"] = await stack.ConnectionAsync("graph-admin-password"),
            ["ConnectionStrings:rabbitmq"] = await stack.ConnectionAsync("rabbitmq"),
        });
        await using var answers = await TenantAnswers.HearAsync(host.Services, ct);
        await fixture.ApplyAsync(
            new ThreatObjectsUpserted([Object("malware--00000000-0000-4000-8000-00000000000b"), Object("tool--00000000-0000-4000-8000-00000000000c", tlp: TlpLevel.Amber)]),
            new RelationshipsUpserted([Link("relationship--00000000-0000-4000-8000-00000000000d", "malware--00000000-0000-4000-8000-00000000000b", "tool--00000000-0000-4000-8000-00000000000c", tlp: TlpLevel.Amber)]));

        var erased = await answers.DeleteAsync(fixture.Tenant, ct);
        Assert.Equal(("knowledgegraph", 4L), (erased.Service, erased.Erased));
        foreach (var level in Enum.GetValues<TlpLevel>())
        {
            Assert.Null(await fixture.ScalarAsync("MATCH (n) RETURN n LIMIT 1", level));
        }

        // A process that has never met the tenant hears of an object of it.
        var late = new Projector(fixture.Ledger, fixture.Graphs, new GraphWriter(fixture.Store, NullLogger<GraphWriter>.Instance));
        await late.ApplyAsync(fixture.Tenant, [Message(new ThreatObjectsUpserted([Object("malware--00000000-0000-4000-8000-00000000000e")]))], ct);
        Assert.Null(await fixture.ScalarAsync("MATCH (n) RETURN n LIMIT 1"));
        Assert.Empty(await fixture.Ledger.LevelsAsync(fixture.Tenant, ct));
    }
}
