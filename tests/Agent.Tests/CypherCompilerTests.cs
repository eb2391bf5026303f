using System.Text.Json;
using Platform.Agent.Planning;
using Platform.Agent.Storage;
using Platform.Agent.Tools;

namespace Platform.Agent.Tests;

public sealed class CypherCompilerTests
{
    [Fact]
    public void A_count_starts_at_the_named_object_and_leaves_retired_ones_out()
    {
        var query = CypherCompiler.Count(Set("How many techniques does APT28 use?"));
        Assert.Equal(
            """
            MATCH (v0:Object) WHERE v0.id = $p0
            MATCH (v0)-[v2:USES]->(v1:AttackPattern) WHERE NOT coalesce(v2.revoked, false) AND NOT coalesce(v2.deprecated, false) AND NOT coalesce(v1.revoked, false) AND NOT coalesce(v1.deprecated, false)
            WITH DISTINCT v1
            RETURN count(DISTINCT v1) AS total
            """,
            query.Text);
        Assert.Equal("""{"p0":"intrusion-set--1"}""", query.Parameters.ToJsonString());
    }

    [Fact]
    public void A_kind_of_two_labels_is_either_of_them()
    {
        var query = CypherCompiler.Count(Set("How many groups use Mimikatz?"));
        Assert.Contains("(v1:IntrusionSet OR v1:ThreatActor)", query.Text, StringComparison.Ordinal);
        Assert.Contains("MATCH (v1:Object)-[v2:USES]->(v0)", query.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_must_not_be_is_counted_to_none()
    {
        var query = CypherCompiler.Count(Set("How many techniques are used by APT28 but not by APT29?"));
        Assert.Contains("OPTIONAL MATCH (v3:Object)-[v4:USES]->(v1)", query.Text, StringComparison.Ordinal);
        Assert.Contains("WITH v1, count(v3) AS v5 WHERE v5 = 0", query.Text, StringComparison.Ordinal);
        Assert.Equal("""{"p0":"intrusion-set--1","p1":"intrusion-set--2"}""", query.Parameters.ToJsonString());
    }

    [Fact]
    public void A_ranking_binds_its_limit()
    {
        var plan = Assert.IsType<TopPlan>(Corpus.PlanOf("Top 5 groups by number of techniques"));
        var query = CypherCompiler.Top(plan, 55);
        Assert.EndsWith("ORDER BY total DESC, name, id LIMIT $p0", query.Text, StringComparison.Ordinal);
        Assert.Equal(55, query.Parameters["p0"]!.GetValue<int>());
    }

    /// <summary>Whatever a message, a name or an id says, the text of a query is made of the fixed tables only.</summary>
    [Theory]
    [InlineData("x'}) DETACH DELETE n //")]
    [InlineData("$p0")]
    [InlineData("`) MATCH (m) RETURN m")]
    [InlineData("\" OR 1=1")]
    public void Values_never_become_text(string evil)
    {
        var entity = new EntityRef(evil, evil, ObjectKind.Group, evil);
        var set = ObjectSet.Of(ObjectKind.Technique)
            .With(new Link(RelationKind.Uses, false, ObjectSet.Of(entity)))
            .With(new Link(RelationKind.Uses, false, ObjectSet.Of(ObjectKind.Group, [entity, entity]), Negated: true))
            .With(new Filter(FilterField.Platform, evil)).With(new Filter(FilterField.Tactic, evil)).With(new Filter(FilterField.Domain, evil));
        var harmless = new EntityRef("a", "a", ObjectKind.Group, "a");
        var same = ObjectSet.Of(ObjectKind.Technique)
            .With(new Link(RelationKind.Uses, false, ObjectSet.Of(harmless)))
            .With(new Link(RelationKind.Uses, false, ObjectSet.Of(ObjectKind.Group, [harmless, harmless]), Negated: true))
            .With(new Filter(FilterField.Platform, "a")).With(new Filter(FilterField.Tactic, "a")).With(new Filter(FilterField.Domain, "a"));
        Assert.Equal(CypherCompiler.List(same, 5).Text, CypherCompiler.List(set, 5).Text);
    }

    [Fact]
    public void A_plan_survives_being_stored()
    {
        foreach (var question in new[] { "Top 5 groups by number of techniques", "How many techniques are used by APT28 but not by APT29?", "What is T1059?", "Is 1.2.3.4 known?", "APT28 vs APT29", "techniques by tactic", "aliases of APT28", "the newest group", "groups that use more than 3 tools" })
        {
            var plan = Corpus.PlanOf(question);
            var stored = JsonSerializer.Serialize(new MessageEvidence(AnswerStatus.Answered, plan), Documents.Json);
            var read = JsonSerializer.Deserialize<MessageEvidence>(stored, Documents.Json)!.Plan!;
            Assert.Equal(JsonSerializer.Serialize(plan, Documents.Json), JsonSerializer.Serialize(read, Documents.Json));
            Assert.IsType(plan.GetType(), read);
        }
    }

    private static ObjectSet Set(string question) => Assert.IsType<CountPlan>(Corpus.PlanOf(question)).Set;
}
