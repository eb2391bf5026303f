using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Platform.Contracts;
using Platform.ServiceDefaults;
using Platform.TestSupport;
using Platform.ThreatIntel.Taxii;

namespace Platform.IntegrationTests.ThreatIntel;

/// <summary>
/// By which path the database reads a page of a collection, as the service's own role. A join of everything and a sort
/// gives the same page, and at a million objects takes seconds instead of milliseconds.
/// </summary>
[Collection(ThreatIntelCollection.Name)]
public sealed class TaxiiPlanTests(ThreatIntelFixture service)
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private static readonly (string Query, string Index)[] Pages =
    [
        ("?limit=100", "ix_objects_tenant_id_updated_at_revision"),
        ("?limit=100&added_after=2026-01-01T01:00:00Z", "ix_objects_tenant_id_updated_at_revision"),
        ("?limit=100&match[type]=indicator", "ix_objects_tenant_id_"),
        ("?limit=100&match[version]=all", "ix_object_versions_tenant_id_recorded_at_revision"),
        ("?limit=100&match[version]=first", "ix_object_versions_tenant_id_recorded_at_revision"),
    ];

    [Fact]
    public async Task A_page_goes_down_the_index_of_its_order_until_it_is_full()
    {
        var tenant = Guid.NewGuid();
        await IndicatorFill.AddAsync(service.Owner, tenant, 0, 20_000, Ct);
        await using var session = await TenantSession.OpenAsync(service.Host.Services.GetRequiredService<NpgsqlDataSource>(), tenant, Ct);
        foreach (var (query, index) in Pages)
        {
            var (filter, fault) = TaxiiFilter.Read(new QueryCollection(QueryHelpers.ParseQuery(query)));
            Assert.Null(fault);
            foreach (var clearance in new[] { TlpLevel.Green, TlpLevel.Red })
            {
                await using var page = TaxiiQuery.Command(session, new TaxiiScope(Guid.Empty, "all", null, null, true, false), clearance, filter!);
                page.CommandText = "EXPLAIN " + page.CommandText;
                var plan = $"{query} at {clearance}:\n{await LinesAsync(page)}";
                Assert.Contains(index, plan, StringComparison.Ordinal);
                // What the page is cut from: where it had to be sorted, all of it was read.
                Assert.DoesNotMatch(new Regex("^  ->  (Sort|Gather)", RegexOptions.Multiline), plan);
                Assert.DoesNotContain("hashed SubPlan", plan, StringComparison.Ordinal);
            }
        }
    }

    private static async Task<string> LinesAsync(NpgsqlCommand command)
    {
        await using var reader = await command.ExecuteReaderAsync(Ct);
        var lines = new List<string>();
        while (await reader.ReadAsync(Ct))
        {
            lines.Add(reader.GetString(0));
        }

        return string.Join('\n', lines);
    }
}
