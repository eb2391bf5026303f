using System.Text.Json;

namespace Stix.Tests;

public sealed class TlpMarkingTests
{
    [Theory]
    [InlineData("marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9", Tlp.Clear)]
    [InlineData("marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed", Tlp.Red)]
    [InlineData("marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003", Tlp.AmberStrict)]
    public void Knows_the_well_known_ids(string id, Tlp level)
    {
        Assert.True(TlpMarking.TryGet(id, out var found));
        Assert.Equal(level, found);
    }

    [Fact]
    public void Gives_the_id_of_every_level()
    {
        foreach (var level in Enum.GetValues<Tlp>())
        {
            Assert.True(TlpMarking.TryGet(TlpMarking.IdOf(level), out var found));
            Assert.Equal(level, found);
        }
    }

    [Theory]
    [InlineData("""{"definition_type":"tlp","definition":{"tlp":"amber"}}""", Tlp.Amber)]
    [InlineData("""{"definition_type":"tlp","definition":{"tlp":"purple"}}""", Tlp.Red)]
    [InlineData("""{"extensions":{"extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d":{"tlp_2_0":"amber+strict"}}}""", Tlp.AmberStrict)]
    public void Reads_definitions_under_other_ids(string json, Tlp level)
    {
        Assert.True(TlpMarking.TryRead(JsonDocument.Parse(json).RootElement, out var found));
        Assert.Equal(level, found);
    }

    [Theory]
    [InlineData("""{"definition_type":"statement","definition":{"statement":"Copyright"}}""")]
    [InlineData("""{"definition_type":5,"extensions":[]}""")]
    public void Leaves_other_markings_alone(string json) =>
        Assert.False(TlpMarking.TryRead(JsonDocument.Parse(json).RootElement, out _));
}
