using Platform.Agent.Answering;
using Platform.Agent.Planning;
using Platform.Agent.Semantics;
using Platform.ServiceDefaults;

namespace Platform.Agent.Tests;

/// <summary>Questions over the semantic layer are read in the words of its models, whole or not at all.</summary>
public sealed class AggregateQuestionsTests
{
    private static readonly Dictionary<string, string> Severities = new() { ["critical"] = "critical", ["high"] = "high", ["low"] = "low" };

    private static readonly MergedModel Model = new(1, "",
    [
        new("threatintel", new SemanticEntityView(
            "indicators", "", ["indicator", "ioc", "iocs"],
            [
                new("type", "text", "", ["kind"], new Dictionary<string, string> { ["domains"] = "domain-name", ["urls"] = "url" }), new("severity", "text", "", [], Severities), new("source", "text", "", ["feed"]),
                new("confidence", "number", "", []), new("revoked", "flag", "", []), new("expired", "flag", "", []), new("recorded_at", "time", "", ["added"]),
            ],
            [new("count", "number", "", []), new("average_confidence", "number", "", [])])),
        new("threatintel", new SemanticEntityView(
            "incidents", "", ["incident", "cases"], [new("status", "text", "", ["state"]), new("severity", "text", "", [], Severities), new("opened_at", "time", "", ["opened"])],
            [new("count", "number", "", []), new("unresolved", "number", "", ["open"]), new("mean_hours_to_resolve", "number", "", ["mttr"])])),
        new("tenancy", new SemanticEntityView(
            "model_usage", "", ["token usage"], [new("model", "text", "", []), new("at", "time", "", [])], [new("tokens", "number", "", []), new("cost", "number", "", [])])),
    ],
    TenantAdditions.Read("metrics: [{ name: the worst, entity: indicators, measure: count, filters: [{ field: severity, values: [critical] }] }]\nsynonyms: { indicators: [bad things] }"));

    private static readonly PlanningContext Day = new(new DateOnly(2026, 3, 10));

    [Theory]
    [InlineData("How many critical indicators are there?", "indicators, count, severity critical")]
    [InlineData("Count the iocs by severity", "indicators, count by severity")]
    [InlineData("How many bad things are there per feed?", "indicators, count by source")]
    [InlineData("How many high or critical incidents were opened in 2026?", "incidents, count, severity high or critical, opened at from 2026-01-01, opened at before 2027-01-01")]
    [InlineData("How many open incidents are there?", "incidents, unresolved")]
    [InlineData("What is the mttr by severity?", "incidents, mean hours to resolve by severity")]
    [InlineData("How many indicators were added last month?", "indicators, count, recorded at from 2026-02-01, recorded at before 2026-03-01")]
    [InlineData("Number of indicators per month", "indicators, count by month of recorded at")]
    [InlineData("How many domains are among the indicators?", null)]
    [InlineData("How many indicators of type domains are there?", "indicators, count, type domain-name")]
    [InlineData("Top 5 sources of indicators", "indicators, count by source, the first 5")]
    [InlineData("Which source has the most indicators?", "indicators, count by source, the first 1")]
    [InlineData("How many expired indicators are there from source \"feed one\"?", "indicators, count, expired true, source feed one")]
    [InlineData("How many indicators with confidence above 80?", "indicators, count, confidence above 80")]
    [InlineData("How many of the worst are there?", "indicators, count, severity critical")]
    [InlineData("How many tokens did we use this month?", "model usage, tokens, at from 2026-03-01, at before 2026-04-01")]
    [InlineData("cost per model", "model usage, cost by model")]
    [InlineData("How many indicators are not critical?", null)]
    [InlineData("How many incidents did APT28 cause?", null)]
    [InlineData("How many incidents are used?", null)]
    [InlineData("incidents", null)]
    [InlineData("How many critical low indicators are there?", null)]
    [InlineData("How many indicators or incidents?", null)]
    public void A_question_is_read_whole_or_not_at_all(string question, string? meaning) => Assert.Equal(meaning, Meaning(question, Day));

    [Theory]
    [InlineData("and by source?", "indicators, count by source, severity critical")]
    [InlineData("what about high?", "indicators, count, severity high")]
    [InlineData("and last month?", "indicators, count, severity critical, recorded at from 2026-02-01, recorded at before 2026-03-01")]
    [InlineData("and APT29?", null)]
    public void A_question_that_goes_on_changes_the_last_one(string question, string? meaning)
    {
        var last = AggregateQuestions.Read(Tokenizer.Split("How many critical indicators are there?"), Model, Day).Single();
        Assert.Equal(meaning, Meaning(question, Day with { Last = last }));
    }

    [Fact]
    public void Revoked_ones_count_only_when_asked_for()
    {
        var plain = AggregateQuestions.Read(Tokenizer.Split("How many indicators are there?"), Model, Day).Single().Query;
        Assert.Equal("revoked equals false", $"{plain.Filters!.Single().Field} {plain.Filters![0].Op} {plain.Filters[0].Values![0]}");
        Assert.StartsWith("revoked ones do not count", Wording.AggregateConventions(plain), StringComparison.Ordinal);
        var asked = AggregateQuestions.Read(Tokenizer.Split("How many revoked indicators are there?"), Model, Day).Single().Query;
        Assert.Equal("true", asked.Filters!.Single().Values![0]);
    }

    private static string? Meaning(string question, PlanningContext context) =>
        AggregateQuestions.Read(Tokenizer.Split(question), Model, context) is [var plan] ? Wording.Aggregate(plan) : null;
}
