using Platform.ServiceDefaults.Semantics;

namespace Platform.ServiceDefaults.Tests;

/// <summary>Plans over a semantic model become SQL that holds nothing of what the plan says but its values, as parameters.</summary>
public sealed class CompilePlanTests
{
    private static readonly SemanticModel Model = SemanticModel.Read(
        """
        version: 3
        entities:
          - name: things
            permission: read:things
            table: things_table
            visible: tlp <= @clearance
            dimensions:
              - { name: kind, sql: kind_column }
              - { name: size, type: number, sql: size_column }
              - { name: seen, type: time, sql: seen_at }
            measures:
              - { name: count, type: number, sql: count(*) }
              - { name: mean, type: number, sql: "round(avg(size_column), 1)" }
        """);

    [Fact]
    public void A_plan_becomes_sql_of_the_models_own_text()
    {
        var compiled = CompilePlan.Run(Model, new SemanticPlan(
            "things", ["count", "mean"], ["kind"], [new("kind", "equals", ["Bad'; DROP TABLE x --"]), new("size", "above", ["5"])],
            new SemanticTime("seen", "month", "2026-01-01", "2026-02-01"), [new("count", true)], 7), 2);
        Assert.Equal(
            "SELECT date_trunc('month', seen_at, 'UTC') AS c0, kind_column AS c1, count(*) AS c2, round(avg(size_column), 1) AS c3 FROM things_table "
            + "WHERE (tlp <= @clearance) AND (seen_at >= @p1) AND (seen_at < @p2) AND (lower((kind_column)::text) = ANY(@p3)) AND (size_column > @p4) "
            + "GROUP BY 1, 2 ORDER BY 3 DESC NULLS LAST, 1, 2, 3, 4 LIMIT 8",
            compiled.Sql);
        Assert.Equal(["seen", "kind", "count", "mean"], compiled.Columns);
        Assert.Equal((short)2, compiled.Parameters[0].Value);
        Assert.Equal("bad'; drop table x --", ((string[])compiled.Parameters[3].Value!)[0]);
    }

    [Fact]
    public void Whatever_a_plan_names_must_be_in_the_model_and_all_faults_come_at_once()
    {
        var failure = Assert.Throws<FaultException>(() => CompilePlan.Run(Model, new SemanticPlan(
            "things", ["count", "kind"], ["kind_column"], [new("size", "contains", ["x"]), new("seen", "above", ["yesterday"]), new("kind", "equals", [])],
            new SemanticTime("kind", "minute"), [new("count(*)")], 5000), 0));
        Assert.Equal(
            ["dimensions[0]", "filters[0].op", "filters[1].values[0]", "filters[2].values", "limit", "measures[1]", "order[0].field", "time.field", "time.granularity"],
            failure.Fault.Errors!.Keys.Order(StringComparer.Ordinal));
        Assert.Contains("things", Assert.Throws<FaultException>(() => CompilePlan.Run(Model, new SemanticPlan("things_table", ["count"]), 0)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lists_have_at_most_ten_entries_and_no_null()
    {
        var failure = Assert.Throws<FaultException>(() => CompilePlan.Run(Model, new SemanticPlan(
            "things", [.. Enumerable.Repeat("count", 11)], [null!], [null!], Order: [.. Enumerable.Repeat(new SemanticOrder("count"), 11)]), 0));
        Assert.Equal(["dimensions", "filters", "measures", "order"], failure.Fault.Errors!.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_model_that_contradicts_itself_is_refused() => Assert.Throws<InvalidOperationException>(() => SemanticModel.Read(
        """
        entities:
          - { name: a, dimensions: [{ name: x, sql: x }], measures: [{ name: x, sql: count(*) }] }
        """));
}
