using System.Text;
using System.Text.Json;
using Platform.ThreatIntel.Objects;

namespace Platform.ThreatIntel.Tests;

public sealed class EmbeddedRefsTests
{
    private const string One = "tool--00000000-0000-4000-8000-000000000001";
    private const string Two = "tool--00000000-0000-4000-8000-000000000002";

    private static string? Without(string json, params string[] hidden) =>
        EmbeddedRefs.Without(Encoding.UTF8.GetBytes(json), hidden.Contains) is { } left ? Encoding.UTF8.GetString(left) : null;

    [Theory]
    [InlineData($$"""{"created_by_ref":"{{One}}"}""")]
    [InlineData($$"""{"object_refs":["x","{{One}}"]}""")]
    [InlineData($$"""{"extensions":{"a":{"deep":[{"some_refs":["{{One}}"]}]} } }""")]
    [InlineData($$"""{"cre\u0061ted_by_ref":"tool\u002d-00000000-0000-4000-8000-000000000001"}""")]
    [InlineData($$"""{"name":[["{{Two}}"]],"x_ref":{"a":1},"y_refs":["{{One}}"]}""")]
    public void References_are_found_wherever_they_stand(string json)
    {
        var found = new HashSet<string>();
        EmbeddedRefs.Collect(Encoding.UTF8.GetBytes(json), found);
        Assert.Equal([One], found);
    }

    [Theory]
    [InlineData($$"""{"object_marking_refs":["{{One}}"]}""")]
    [InlineData($$"""{"granular_markings":[{"marking_ref":"{{One}}","selectors":["name"]}]}""")]
    [InlineData($$"""{"description":"{{One}}","refs":["{{One}}"],"x_refs":{"inner":"{{One}}"},"y_refs":[["{{One}}"]],"z_ref":"no id"}""")]
    public void Markings_and_texts_are_no_references(string json)
    {
        var found = new HashSet<string>();
        EmbeddedRefs.Collect(Encoding.UTF8.GetBytes(json), found);
        Assert.Empty(found);
        Assert.Equal(json, Without(json, One));
    }

    [Theory]
    [InlineData($$"""{"type":"tool","created_by_ref":"{{One}}","n":1.50}""", """{"type":"tool","n":1.50}""")]
    [InlineData($$"""{"type":"report","object_refs":["{{One}}","{{Two}}"]}""", $$"""{"type":"report","object_refs":["{{Two}}"]}""")]
    [InlineData($$"""{"type":"malware","sample_refs":["{{One}}"]}""", """{"type":"malware"}""")]
    [InlineData($$"""{"type":"tool","extensions":{"a":{"b_ref":"{{One}}","c":"é<"} } }""", """{"type":"tool","extensions":{"a":{"c":"é<"}}}""")]
    [InlineData($$"""{"type":"network-traffic","src_ref":"{{One}}","dst_ref":"{{Two}}"}""", $$"""{"type":"network-traffic","dst_ref":"{{Two}}"}""")]
    public void What_is_hidden_is_left_out_and_the_rest_stays(string json, string left) => Assert.Equal(left, Without(json, One));

    [Theory]
    [InlineData($$"""{"type":"note","object_refs":["{{One}}"]}""")]
    [InlineData($$"""{"type":"opinion","object_refs":["{{One}}","{{Two}}"]}""")]
    [InlineData($$"""{"type":"network-traffic","src_ref":"{{One}}","dst_ref":"{{Two}}"}""")]
    [InlineData($$"""{"type":"language-content","object_ref":"{{One}}"}""")]
    public void An_object_that_would_be_no_valid_STIX_any_more_is_left_out_as_a_whole(string json) => Assert.Null(Without(json, One, Two));

    [Fact]
    public void Bytes_stay_as_they_are_where_nothing_is_hidden()
    {
        var raw = Encoding.UTF8.GetBytes($$"""{ "a\u0062c" : 1e2, "x_ref":"{{One}}" }""");
        Assert.Same(raw, EmbeddedRefs.Without(raw, _ => false));
    }

    [Fact]
    public void References_do_not_travel_into_the_graph() => Assert.Equal(
        ["description", "object_marking_refs"],
        GraphProperties.Of(JsonElement.Parse($$"""{"description":"d","created_by_ref":"{{One}}","object_refs":["{{One}}"],"object_marking_refs":["{{Two}}"]}""")).Keys);
}
