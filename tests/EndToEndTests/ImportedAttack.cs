using System.Diagnostics;
using System.Text.Json;
using Platform.TestSupport;

namespace Platform.EndToEndTests;

/// <summary>ATT&amp;CK Enterprise 18.1 after its import, with the times it took.</summary>
internal sealed record ImportedAttack(byte[] Bundle, JsonElement Import, TimeSpan Stored, TimeSpan InGraph)
{
    public const int Objects = 24_771;
    public const int Relationships = 20_048;
    public const string Apt28 = "intrusion-set--bef4c620-0787-42a8-a96d-b7eb6e85917c";
    public const string Apt29 = "intrusion-set--899ce53f-13a0-479b-a0e4-67d46e241542";

    public static async Task<ImportedAttack?> ImportAsync(Api admin)
    {
        if (Repository.DataFile("attack/enterprise-attack-18.1.json.xz") is not { } file)
        {
            return null;
        }

        var bundle = await Repository.ReadXzAsync(file, CancellationToken.None);
        var clock = Stopwatch.StartNew();
        var import = await admin.ImportAsync(bundle);
        var stored = clock.Elapsed;
        await Eventually.TrueAsync(async () => await CaughtUpAsync(admin), TimeSpan.FromMinutes(2), CancellationToken.None, "The graph");
        return new ImportedAttack(bundle, import, stored, clock.Elapsed);
    }

    private static async Task<bool> CaughtUpAsync(Api admin)
    {
        var count = await admin.PostAsync("/api/v2/knowledge-graph/query", new
        {
            cypher = "MATCH (a:Object)-[r]->(b:Object) WHERE r.id STARTS WITH $prefix RETURN count(r) AS n",
            parameters = new { prefix = "relationship--" },
        });
        return count.GetProperty("results")[0].GetProperty("n").GetInt32() >= Relationships;
    }
}
