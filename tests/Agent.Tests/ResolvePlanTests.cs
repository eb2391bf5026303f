using Platform.Agent.Semantics;
using Platform.ServiceDefaults;

namespace Platform.Agent.Tests;

/// <summary>The words of plans are resolved by the models and the tenant's additions, and by nothing else.</summary>
public sealed class ResolvePlanTests
{
    private static readonly MergedModel Model = new(1, "", [new MergedEntity("threatintel", new SemanticEntityView(
        "indicators", "", ["ioc", "iocs"],
        [new("severity", "text", "", []), new("source", "text", "", ["feed"]), new("recorded_at", "time", "", ["added"])],
        [new("count", "number", "", []), new("sources", "number", "", [])]))], TenantAdditions.Read(
        """
        synonyms:
          indicators: [bad things]
          indicators.severity: [badness]
        metrics:
          - name: critical iocs
            entity: indicators
            measure: count
            filters: [{ field: severity, values: [critical] }]
            synonyms: [the worst]
        """));

    [Fact]
    public void Synonyms_of_model_and_tenant_become_names()
    {
        var (service, plan) = ResolvePlan.Run(Model, new SemanticPlan(
            "Bad Things", ["count"], ["badness", "feed"], [new("badness", "equals", ["high"])], new SemanticTime("added", "day"), [new("feed")]));
        Assert.Equal("threatintel", service);
        Assert.Equal(("indicators", "recorded_at", "source"), (plan.Entity, plan.Time!.Field, plan.Order![0].Field));
        Assert.Equal(["severity", "source"], plan.Dimensions);
        Assert.Equal("severity", plan.Filters![0].Field);
    }

    [Fact]
    public void A_named_metric_brings_its_filters_and_stands_alone()
    {
        var (_, plan) = ResolvePlan.Run(Model, new SemanticPlan(null, ["the worst"]));
        Assert.Equal(("indicators", "count"), (plan.Entity, plan.Measures![0]));
        Assert.Equal("critical", plan.Filters![0].Values![0]);
        var failure = Assert.Throws<FaultException>(() => ResolvePlan.Run(Model, new SemanticPlan("indicators", ["the worst", "sources"])));
        Assert.Equal(["measures"], failure.Fault.Errors!.Keys);
    }

    [Fact]
    public void No_column_is_invented()
    {
        var failure = Assert.Throws<FaultException>(() => ResolvePlan.Run(Model, new SemanticPlan("iocs", ["count", "sum"], ["colour"], [new("size", "equals", ["1"])])));
        Assert.Equal(["dimensions[0]", "filters[0].field", "measures[1]"], failure.Fault.Errors!.Keys.Order(StringComparer.Ordinal));
        Assert.Throws<FaultException>(() => ResolvePlan.Run(Model, new SemanticPlan("robots", ["count"])));
    }

    [Fact]
    public void Additions_name_only_what_is_there()
    {
        var faults = ResolvePlan.Check(Model, TenantAdditions.Read(
            """
            synonyms: { robots: [x], indicators.colour: [y], indicators.source: [z] }
            metrics: [{ name: "", entity: indicators, measure: count }, { name: m, entity: indicators, measure: sum }]
            examples: [{ question: q, entity: indicators, measures: [count], dimensions: [colour] }]
            """));
        Assert.Equal(
            ["examples[0].dimensions[0]", "metrics[0].name", "metrics[1].measures[0]", "synonyms.indicators.colour", "synonyms.robots"], faults.Keys.Order(StringComparer.Ordinal));
        Assert.Throws<FaultException>(() => TenantAdditions.Read("metrics: 5"));
        Assert.Throws<FaultException>(() => TenantAdditions.Read("only words"));
        Assert.Throws<FaultException>(() => TenantAdditions.Read("metrics: [only words]"));
        Assert.Throws<FaultException>(() => TenantAdditions.Read("sql: DROP TABLE x"));
    }
}
