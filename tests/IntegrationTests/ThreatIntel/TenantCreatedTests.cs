using Platform.TestSupport;

namespace Platform.IntegrationTests.ThreatIntel;

/// <summary>Tenancy waits for this service too.</summary>
[Collection(ThreatIntelCollection.Name)]
public sealed class TenantCreatedTests(ThreatIntelFixture service)
{
    [Fact]
    public async Task A_new_tenant_is_answered_for_once()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var answers = await TenantAnswers.HearAsync(service.Host.Services, ct);
        var (tenant, last, message) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        await answers.AnnounceAsync(tenant, message, ct);
        await answers.AnnounceAsync(tenant, message, ct);
        await answers.AnnounceAsync(last, Guid.NewGuid(), ct);

        await Eventually.TrueAsync(
            () => Task.FromResult(answers.For(tenant).Count > 0 && answers.For(last).Count > 0), TimeSpan.FromSeconds(30), ct, "The answers");
        var answer = Assert.Single(answers.For(tenant));
        Assert.Equal(("threatintel", tenant), (answer.Event.Service, answer.TenantId));
    }
}
