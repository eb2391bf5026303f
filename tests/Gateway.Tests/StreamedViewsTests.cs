using System.Text.Json;
using MassTransit;
using Platform.Contracts;
using Platform.Contracts.ThreatIntel;
using Platform.Gateway.Streaming;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Tests;

/// <summary>The gateway reads events of ThreatIntel through narrower types of its own.</summary>
public sealed class StreamedViewsTests
{
    [Fact]
    public void A_view_is_of_the_message_that_ThreatIntel_publishes()
    {
        Assert.Equal(MessageUrn.ForType<ThreatObjectsUpserted>(), MessageUrn.ForType<ChangedObjects>());
        Assert.Equal(MessageUrn.ForType<RelationshipsUpserted>(), MessageUrn.ForType<ChangedRelationships>());
    }

    /// <summary>MassTransit declares the exchange of a type that is not visible as one that goes with its connection: the broker refuses that.</summary>
    [Theory]
    [InlineData(typeof(ChangedObjects))]
    [InlineData(typeof(ChangedRelationships))]
    public void A_view_is_public_as_its_message_is(Type view) => Assert.True(view.IsVisible);

    [Fact]
    public void It_holds_what_streams_show_whatever_other_types_call_by_the_same_names()
    {
        var indicator = Written("indicator", """{"pattern":"[ipv4-addr:value = '203.0.113.9']","labels":["a","b"],"confidence":80,"description":"not shown"}""");
        var custom = Written("x-thing", """{"pattern":[1,2],"labels":7,"created":true}""");

        var view = JsonSerializer.Deserialize<ChangedObjects>(JsonSerializer.SerializeToUtf8Bytes(new ThreatObjectsUpserted([indicator, custom]), EventTypes.Json), EventTypes.Json)!;

        Assert.Equal(("indicator--1", "indicator", "name", TlpLevel.Amber, true, TlpLevel.Red), Facts(view.Objects[0]));
        var data = new Dictionary<string, object?>();
        view.Objects[0].Properties!.AddTo(data);
        Assert.Equal("""{"pattern":"[ipv4-addr:value = \u0027203.0.113.9\u0027]","confidence":80,"labels":["a","b"]}""", JsonSerializer.Serialize(data));
        Assert.Equal("x-thing--1", view.Objects[1].Id);
    }

    private static (string, string, string?, TlpLevel, bool, TlpLevel?) Facts(ChangedObject o) => (o.Id, o.Type, o.Name, o.Tlp, o.Revoked, o.ShadowedFrom);

    private static ThreatObject Written(string type, string properties) => new(
        type + "--1", type, "name", new ObjectVersion(DateTimeOffset.UnixEpoch, 1), TlpLevel.Amber, true, false,
        JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(properties)!, TlpLevel.Red);
}
