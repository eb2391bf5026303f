using System.Text.Json;
using Platform.KnowledgeGraph.Projection;

namespace Platform.KnowledgeGraph.Tests;

/// <summary>What of an object's properties a graph holds.</summary>
public sealed class GraphPropertiesTests
{
    [Theory]
    [InlineData("[1, 2]", "[1,2]")]
    [InlineData("[1, 2.5]", "[1,2.5]")]
    [InlineData("[1, \"a\", true, 0.5]", "[\"1\",\"a\",\"true\",\"0.5\"]")]
    [InlineData("[\"a\", null, {}, [1], \"b\"]", "[\"a\",\"b\"]")]
    [InlineData("[]", "null")]
    public void Lists_are_of_one_type(string sent, string kept)
    {
        var properties = GraphProperties.From(new Dictionary<string, JsonElement> { ["x"] = JsonElement.Parse(sent) });
        Assert.Equal(kept, JsonSerializer.Serialize(properties.GetValueOrDefault("x")));
        Assert.True(properties.GetValueOrDefault("x") is not object?[] list || list.DistinctBy(i => i!.GetType()).Count() == 1);
    }

    [Fact]
    public void What_a_store_cannot_hold_is_left_out()
    {
        var properties = GraphProperties.From(new Dictionary<string, JsonElement>
        {
            ["a`b"] = JsonElement.Parse("1"),
            ["huge"] = JsonElement.Parse("1e999"),
            ["map"] = JsonElement.Parse("{}"),
            ["nul"] = JsonElement.Parse("\"a\\u0000b\""),
        });
        Assert.Equal("ab", Assert.Single(properties, p => p.Key == "nul").Value);
        Assert.Single(properties);
    }
}
