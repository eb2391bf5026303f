using Platform.KnowledgeGraph.Semantics;
using Platform.ServiceDefaults;

namespace Platform.KnowledgeGraph.Tests;

/// <summary>Plans over the graph's model become Cypher that holds nothing of what the plan says but its values, as parameters.</summary>
public sealed class CompileGraphPlanTests
{
    private static readonly GraphModel Model = GraphModel.Shipped();

    [Fact]
    public void A_plan_becomes_cypher_of_the_models_own_text()
    {
        var compiled = CompileGraphPlan.Run(Model, new SemanticPlan(
            "techniques", ["count", "groups.count"], ["tactic"], [new("platform", "equals", ["Linux' OR true //"]), new("groups.name", "contains", ["Bear"])], new SemanticTime("created", "year", "2020-01-01"), Limit: 7));
        Assert.Equal(
            "MATCH (n:AttackPattern) WHERE (any(v IN coalesce(n.x_mitre_platforms, []) WHERE toLower(v) IN $p0)) AND n.created >= $p2 AND n.created IS NOT NULL "
            + "AND NOT coalesce(n.revoked, false) AND NOT coalesce(n.deprecated, false)\n"
            + "MATCH (j1:Object)-[rj1:USES]->(n) WHERE any(x IN $p1 WHERE toLower(j1.name) CONTAINS x) AND (j1:IntrusionSet OR j1:ThreatActor) "
            + "AND NOT coalesce(j1.revoked, false) AND NOT coalesce(rj1.revoked, false) AND NOT coalesce(j1.deprecated, false) AND NOT coalesce(rj1.deprecated, false)\n"
            + "UNWIND n.phases AS u0\n"
            + "RETURN left(n.created, 4) + '-01-01T00:00:00Z' AS c0, u0 AS c1, count(DISTINCT n) AS c2, count(DISTINCT j1) AS c3 ORDER BY c0, c1, c2, c3 LIMIT 8",
            compiled.Cypher);
        Assert.Equal(["created", "tactic", "count", "groups.count"], compiled.Columns);
        Assert.Equal("linux' or true //", ((string[])compiled.Parameters["p0"]!)[0]);
        Assert.Equal("2020-01-01T00:00:00.000Z", compiled.Parameters["p2"]);
    }

    [Fact]
    public void What_is_revoked_counts_where_a_plan_asks_for_it()
    {
        var compiled = CompileGraphPlan.Run(Model, new SemanticPlan("groups", ["count"], Filters: [new("revoked", "equals", ["true"])]));
        Assert.DoesNotContain("NOT coalesce(n.revoked", compiled.Cypher, StringComparison.Ordinal);
        Assert.Contains("NOT coalesce(n.deprecated", compiled.Cypher, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_a_plan_names_must_be_in_the_model_and_all_faults_come_at_once()
    {
        var failure = Assert.Throws<FaultException>(() => CompileGraphPlan.Run(Model, new SemanticPlan(
            "groups", ["sum", "software.count", "robots.count"], ["x_mitre_platforms", "software.platform"], [new("created", "contains", ["x"]), new("created", "above", ["yesterday"]), new("name", "equals", [])],
            new SemanticTime("name", "week"), [new("count(*)")], 5000)));
        Assert.Equal(
            ["dimensions[0]", "filters[0].op", "filters[1].values[0]", "filters[2].values", "limit", "measures[0]", "measures[2]", "order[0].field", "time.field"],
            failure.Fault.Errors!.Keys.Order(StringComparer.Ordinal));
        Assert.Throws<FaultException>(() => CompileGraphPlan.Run(Model, new SemanticPlan("AttackPattern", ["count"])));
    }

    [Theory]
    [InlineData("entities: [{ name: a, labels: [A], dimensions: [{ name: x, property: x }, { name: x, property: y }] }]")]
    [InlineData("entities: [{ name: a, labels: ['A) DETACH DELETE (n'] }]")]
    [InlineData("entities: [{ name: a, labels: [A], joins: [{ name: b, entity: nothing, type: USES }] }]")]
    [InlineData("entities: [{ name: a, labels: [] }]")]
    public void A_model_that_contradicts_itself_is_refused(string yaml) => Assert.Throws<InvalidOperationException>(() => GraphModel.Read(yaml));
}
