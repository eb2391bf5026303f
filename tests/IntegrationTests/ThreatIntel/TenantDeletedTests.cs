using Npgsql;
using Platform.TestSupport;

namespace Platform.IntegrationTests.ThreatIntel;

/// <summary>What a deleted tenant leaves behind: nothing, and of others everything.</summary>
[Collection(ThreatIntelCollection.Name)]
public sealed class TenantDeletedTests(ThreatIntelFixture service)
{
    [Fact]
    public async Task A_deleted_tenant_is_gone_from_every_table_and_others_stay()
    {
        var ct = TestContext.Current.CancellationToken;
        var (deleted, other) = (Guid.NewGuid(), Guid.NewGuid());
        await service.ImportAsync(deleted, SmallBundle.Create(out _, out _, "Gone"), ct);
        await service.ImportAsync(other, SmallBundle.Create(out _, out _, "Kept"), ct);
        var before = await CountAsync(other, ct);
        Assert.True(before > 3 && await CountAsync(deleted, ct) == before);

        await using var answers = await TenantAnswers.HearAsync(service.Host.Services, ct);
        var erased = await answers.DeleteAsync(deleted, ct);
        Assert.Equal("threatintel", erased.Service);
        Assert.True(erased.Erased >= 3, $"{erased.Erased} rows");
        Assert.Equal((0L, before), (await CountAsync(deleted, ct), await CountAsync(other, ct)));
    }

    /// <summary>Rows of a tenant in all tables but the outbox, counted past row-level security.</summary>
    private async Task<long> CountAsync(Guid tenant, CancellationToken ct)
    {
        await using var owner = NpgsqlDataSource.Create(service.Owner);
        await using var tables = owner.CreateCommand("""
            SELECT string_agg(format('SELECT count(*) AS n FROM %I WHERE tenant_id = $1', c.relname), ' UNION ALL ')
            FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> 'outbox'
            """);
#pragma warning disable CA2100 // Composed by the server, names quoted.
        await using var count = owner.CreateCommand($"SELECT sum(n)::bigint FROM ({await tables.ExecuteScalarAsync(ct)}) AS counts");
#pragma warning restore CA2100
        count.Parameters.Add(new() { Value = tenant });
        return (long)(await count.ExecuteScalarAsync(ct))!;
    }
}
