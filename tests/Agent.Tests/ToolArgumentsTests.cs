using System.Text.Json.Nodes;
using Platform.Agent.Tools;

namespace Platform.Agent.Tests;

public sealed class ToolArgumentsTests
{
    private static readonly JsonObject Schema = ToolSchema.Object(
        ("text", ToolSchema.Text("", 5), true), ("count", ToolSchema.Integer("", 1, 10, 1), false), ("kind", ToolSchema.OneOf("", "a", "b"), false),
        ("values", ToolSchema.Texts("", 2), false), ("map", ToolSchema.Map(""), false));

    [Theory]
    [InlineData("""{"text":"abc","count":10,"kind":"a","values":["x","y"],"map":{"any":[1]}}""", "")]
    [InlineData("""{"text":"abc","count":null}""", "")]
    [InlineData("""{}""", "text: is required")]
    [InlineData("""{"text":""}""", "text: must not be empty")]
    [InlineData("""{"text":"abcdef"}""", "text: must have at most 5 characters")]
    [InlineData("""{"text":"a\u0000"}""", "text: must not hold the character U+0000")]
    [InlineData("""{"text":5}""", "text: must be a string")]
    [InlineData("""{"text":"a","count":11}""", "count: must be between 1 and 10")]
    [InlineData("""{"text":"a","count":1.5}""", "count: must be an integer")]
    [InlineData("""{"text":"a","count":"1"}""", "count: must be an integer")]
    [InlineData("""{"text":"a","kind":"c"}""", "kind: must be one of a, b")]
    [InlineData("""{"text":"a","values":[]}""", "values: must have at least 1 items")]
    [InlineData("""{"text":"a","values":["x","y","z"]}""", "values: must have at most 2 items")]
    [InlineData("""{"text":"a","values":["x",5]}""", "values[1]: must be a string")]
    [InlineData("""{"text":"a","map":[]}""", "map: must be an object")]
    [InlineData("""{"text":"a","other":1}""", "other: is not known")]
    [InlineData("""{"count":0,"other":1}""", "count: must be between 1 and 10; other: is not known; text: is required")]
    public void Arguments_are_held_to_the_schema(string arguments, string faults) => Assert.Equal(
        faults, string.Join("; ", ToolArguments.Check(Schema, JsonNode.Parse(arguments)!.AsObject()).OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Key}: {f.Value[0]}")));

    [Fact]
    public void A_chart_holds_its_data_and_reads_no_member_as_a_path()
    {
        JsonArray rows = [new JsonObject { ["a.b"] = "x", ["n"] = 1 }, new JsonObject { ["a.b"] = "y", ["n"] = 2 }];
        var bar = Charts.Of("bar", "T", rows, "a.b", "n");
        Assert.Equal(Charts.Schema, bar["$schema"]!.GetValue<string>());
        Assert.Equal(2, bar["data"]!["values"]!.AsArray().Count);
        Assert.Equal("a\\.b", bar["encoding"]!["y"]!["field"]!.GetValue<string>());
        Assert.Equal("nominal", bar["encoding"]!["y"]!["type"]!.GetValue<string>());
        Assert.Equal("quantitative", bar["encoding"]!["x"]!["type"]!.GetValue<string>());
        var pie = Charts.Of("pie", null, rows, "a.b", "n");
        Assert.Equal(("arc", "n"), (pie["mark"]!["type"]!.GetValue<string>(), pie["encoding"]!["theta"]!["field"]!.GetValue<string>()));
        var line = Charts.Of("line", null, [new JsonObject { ["day"] = "2026-01-01", ["n"] = 1 }], "day", "n", "series");
        Assert.Equal(("temporal", "series"), (line["encoding"]!["x"]!["type"]!.GetValue<string>(), line["encoding"]!["color"]!["field"]!.GetValue<string>()));
    }
}
