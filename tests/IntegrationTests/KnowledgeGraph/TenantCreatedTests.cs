using Platform.Contracts;
using Platform.Contracts.ThreatIntel;
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
}
