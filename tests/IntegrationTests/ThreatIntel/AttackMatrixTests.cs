using System.Net;
using Platform.Contracts;

namespace Platform.IntegrationTests.ThreatIntel;

/// <summary>The ATT&amp;CK matrix and its Navigator layer, over a small matrix of our own.</summary>
[Collection(ThreatIntelCollection.Name)]
public sealed class AttackMatrixTests(ThreatIntelFixture service)
{
    private const string Root = "/api/v2/threat-intel/attack/";
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private static string IdOf(string type, int number) => $"{type}--00000000-0000-4000-8000-{number:000000000000}";

    private static string Object(string type, int number, string properties) =>
        $$"""{"type":"{{type}}","spec_version":"2.1","id":"{{IdOf(type, number)}}","created":"2026-01-01T00:00:00Z","modified":"2026-01-01T00:00:00Z",{{properties}}}""";

    private static string Technique(int number, string externalId, string tactic, string more = "") => Object("attack-pattern", number,
        $$"""
        "name":"technique {{externalId}}","x_mitre_domains":["enterprise-attack"],"external_references":[{"source_name":"mitre-attack","external_id":"{{externalId}}"}],
        "kill_chain_phases":[{"kill_chain_name":"mitre-attack","phase_name":"{{tactic}}"}]{{more}}
        """);

    private static string Tactic(int number, string externalId, string name) => Object("x-mitre-tactic", number,
        $$"""
        "name":"{{name}}","x_mitre_shortname":"{{name}}","x_mitre_domains":["enterprise-attack"],"external_references":[{"source_name":"mitre-attack","external_id":"{{externalId}}"}]
        """);

    private static string Uses(int number, int actor, int technique, string more = "") => Object("relationship", number,
        $$""" "relationship_type":"uses","source_ref":"{{IdOf("intrusion-set", actor)}}","target_ref":"{{IdOf("attack-pattern", technique)}}"{{more}} """);

    [Fact]
    public async Task The_matrix_has_its_order_and_counts_who_the_caller_may_know()
    {
        var tenant = Guid.NewGuid();
        var red = $",\"object_marking_refs\":[\"{Stix.TlpMarking.IdOf(Stix.Tlp.Red)}\"]";
        await service.ImportAsync(tenant, ThreatIntelFixture.BundleBytes(
            Tactic(1, "TA0001", "initial-access"), Tactic(2, "TA0002", "execution"),
            Object("x-mitre-matrix", 1, $$""" "name":"m","x_mitre_domains":["enterprise-attack"],"tactic_refs":["{{IdOf("x-mitre-tactic", 2)}}","{{IdOf("x-mitre-tactic", 1)}}"] """),
            Technique(1, "T1001", "initial-access"), Technique(2, "T1001.001", "initial-access"), Technique(3, "T1002", "execution"), Technique(4, "T1003", "execution", ",\"x_mitre_deprecated\":true"),
            Object("intrusion-set", 1, "\"name\":\"one\""), Object("intrusion-set", 2, "\"name\":\"two\""),
            Uses(1, 1, 1), Uses(2, 2, 1), Uses(3, 1, 3), Uses(4, 2, 2, red)), Ct);
        var client = service.ClientFor(tenant);
        var matrix = await ThreatIntelFixture.GetAsync(client, Root + "matrix", Ct);
        Assert.Equal((3, 3), (matrix.GetProperty("techniques").GetInt32(), matrix.GetProperty("covered").GetInt32()));
        var tactics = matrix.GetProperty("tactics").EnumerateArray().ToList();
        Assert.Equal(["execution", "initial-access"], tactics.Select(tactic => tactic.GetProperty("short_name").GetString()));
        var cells = tactics[1].GetProperty("techniques").EnumerateArray().ToList();
        Assert.Equal(["T1001:2", "T1001.001:1"], cells.Select(cell => $"{cell.GetProperty("external_id").GetString()}:{cell.GetProperty("used_by").GetInt32()}"));
        Assert.Equal("T1001", cells[1].GetProperty("parent_id").GetString());

        var below = await ThreatIntelFixture.GetAsync(service.ClientFor(tenant, TlpLevel.Green), Root + "matrix", Ct);
        Assert.Equal(2, below.GetProperty("covered").GetInt32());
        var layer = await ThreatIntelFixture.GetAsync(client, $"{Root}navigator-layer?actor_id={IdOf("intrusion-set", 1)}", Ct);
        Assert.Equal("4.5", layer.GetProperty("versions").GetProperty("layer").GetString());
        Assert.Equal("enterprise-attack", layer.GetProperty("domain").GetString());
        Assert.Equal(["T1001", "T1002"], layer.GetProperty("techniques").EnumerateArray().Select(technique => technique.GetProperty("techniqueID").GetString()));
        Assert.Equal(0, (await ThreatIntelFixture.GetAsync(client, Root + "matrix?domain=ics-attack", Ct)).GetProperty("techniques").GetInt32());
        foreach (var wrong in new[] { "matrix?domain=nothing", "navigator-layer?actor_id=x" })
        {
            Assert.Equal(HttpStatusCode.UnprocessableEntity, (await client.GetAsync(Root + wrong, Ct)).StatusCode);
        }
    }
}
