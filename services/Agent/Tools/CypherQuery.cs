using System.Text.Json.Nodes;

namespace Platform.Agent.Tools;

/// <summary>A compiled query: its text comes from fixed tables only, every value is a parameter.</summary>
internal sealed record CypherQuery(string Text, JsonObject Parameters)
{
    public JsonObject ToArguments() => new() { ["cypher"] = Text, ["parameters"] = Parameters.DeepClone() };
}
