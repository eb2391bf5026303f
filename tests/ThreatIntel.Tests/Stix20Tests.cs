using System.Text;
using System.Text.Json;
using Platform.ThreatIntel.Formats;
using Platform.ThreatIntel.Imports;
using Platform.ThreatIntel.Objects;
using Stix;
using Stix.Bundles;

namespace Platform.ThreatIntel.Tests;

/// <summary>Objects of STIX 2.0 come in as 2.1.</summary>
public sealed class Stix20Tests
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private static string Object(string type, string properties) =>
        $$"""{"type":"{{type}}","id":"{{type}}--00000000-0000-4000-8000-000000000001","created":"2017-01-01T00:00:00.000Z","modified":"2017-01-01T00:00:00.000Z",{{properties}}}""";

    private static List<JsonElement> Upgrade(string json) => [.. Stix20.Upgrade(Encoding.UTF8.GetBytes(json)).Select(raw => JsonElement.Parse(raw))];

    private static async Task<ImportBatch> ReadAsync(string objects)
    {
        using var reader = new BundleReader(new MemoryStream(Encoding.UTF8.GetBytes($$"""{"type":"bundle","spec_version":"2.0","objects":[{{objects}}]}""")));
        var batch = new ImportBatch(0);
        while (await reader.ReadAsync(Ct))
        {
            batch.Add(reader.Current, new MarkingLevels());
        }

        return batch;
    }

    [Theory]
    [InlineData("indicator", "\"labels\":[\"malicious-activity\"],\"pattern\":\"[url:value = 'http://a.example/']\"", "\"indicator_types\":[\"malicious-activity\"],\"pattern\":\"[url:value = 'http://a.example/']\",\"pattern_type\":\"stix\",\"pattern_version\":\"2.0\"")]
    [InlineData("malware", "\"labels\":[\"ransomware\"],\"name\":\"m\"", "\"malware_types\":[\"ransomware\"],\"name\":\"m\",\"is_family\":true")]
    [InlineData("report", "\"labels\":[\"campaign\"],\"x_mine\":1.50", "\"report_types\":[\"campaign\"],\"x_mine\":1.50")]
    [InlineData("threat-actor", "\"labels\":[\"spy\"]", "\"threat_actor_types\":[\"spy\"]")]
    [InlineData("tool", "\"labels\":[\"remote-access\"]", "\"tool_types\":[\"remote-access\"]")]
    [InlineData("campaign", "\"labels\":[\"kept\"]", "\"labels\":[\"kept\"]")]
    public void Properties_are_renamed_and_those_that_2_1_asks_for_added(string type, string before, string after)
    {
        var upgraded = Assert.Single(Upgrade(Object(type, before)));
        var expected = JsonElement.Parse(Object(type, "\"spec_version\":\"2.1\"," + after));
        Assert.True(JsonElement.DeepEquals(expected, upgraded), upgraded.GetRawText());
    }

    [Fact]
    public void Observables_in_observed_data_become_objects_with_the_ids_of_the_standard()
    {
        const string Amber = "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82";
        var upgraded = Upgrade(Object("observed-data", $$"""
            "first_observed":"2017-01-01T00:00:00Z","last_observed":"2017-01-01T00:00:00Z","number_observed":1,"object_marking_refs":["{{Amber}}"],
            "objects":{
              "0":{"type":"network-traffic","src_ref":"1","dst_ref":"2","protocols":["tcp"]},
              "1":{"type":"ipv4-addr","value":"198.51.100.3"},
              "2":{"type":"domain-name","value":"a.example","resolves_to_refs":["1"]},
              "3":{"type":"directory","path":"/tmp","created":"2017-01-01T00:00:00Z","contains_refs":["4"]},
              "4":{"type":"file","name":"f","parent_directory_ref":"3","is_encrypted":true},
              "5":{"type":"process","pid":7,"binary_ref":"4","created":"2017-01-01T00:00:00Z"},
              "6":{"type":"x-mine","said":"so","near_ref":"1"} }
            """));
        Assert.Equal(["network-traffic", "ipv4-addr", "domain-name", "directory", "file", "process", "x-mine", "observed-data"], upgraded.Select(item => item.GetProperty("type").GetString()));
        foreach (var item in upgraded)
        {
            Assert.Equal("2.1", item.GetProperty("spec_version").GetString());
            Assert.Equal(Amber, item.GetProperty("object_marking_refs")[0].GetString());
            Assert.True(ObjectHeadReader.TryRead(Encoding.UTF8.GetBytes(item.GetRawText()), out _, out var fault), fault?.ToString());
            if (ObservableId.Compute(item.GetProperty("type").GetString()!, item) is { } id)
            {
                Assert.Equal(id, item.GetProperty("id").GetString());
            }
        }

        string IdOf(int place) => upgraded[place].GetProperty("id").GetString()!;
        Assert.Equal("ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4", IdOf(1));
        Assert.Equal((IdOf(1), IdOf(2)), (upgraded[0].GetProperty("src_ref").GetString(), upgraded[0].GetProperty("dst_ref").GetString()));
        Assert.Equal(IdOf(1), upgraded[2].GetProperty("resolves_to_refs")[0].GetString());
        Assert.Equal((IdOf(4), IdOf(3)), (upgraded[3].GetProperty("contains_refs")[0].GetString(), upgraded[4].GetProperty("parent_directory_ref").GetString()));
        Assert.True(upgraded[3].TryGetProperty("ctime", out _) && upgraded[4].TryGetProperty("x_is_encrypted", out _));
        Assert.Equal(IdOf(4), upgraded[5].GetProperty("image_ref").GetString());
        Assert.True(upgraded[5].TryGetProperty("created_time", out _));
        Assert.Equal(IdOf(1), upgraded[6].GetProperty("near_ref").GetString());
        Assert.False(upgraded[7].TryGetProperty("objects", out _));
        Assert.Equal(Enumerable.Range(0, 7).Select(IdOf), upgraded[7].GetProperty("object_refs").EnumerateArray().Select(item => item.GetString()));
    }

    [Fact]
    public void The_same_object_gives_the_same_result()
    {
        var json = Object("observed-data", "\"objects\":{\"0\":{\"type\":\"process\",\"pid\":7},\"1\":{\"type\":\"file\",\"name\":\"a\",\"parent_directory_ref\":\"1\"}}");
        Assert.Equal(Upgrade(json).Select(item => item.GetRawText()), Upgrade(json).Select(item => item.GetRawText()));
    }

    [Fact]
    public async Task What_cannot_be_upgraded_is_refused_under_its_place_and_the_rest_goes_in()
    {
        var batch = await ReadAsync(string.Join(
            ",", Object("observed-data", "\"objects\":{\"0\":7}"), Object("observed-data", "\"objects\":{\"0\":{\"value\":\"no type\"}}"), Object("campaign", "\"name\":\"c\"")));
        Assert.Equal(["campaign"], batch.Objects.Select(item => item.Head.Type));
        Assert.Equal(["$.objects[0]", "$.objects[1]"], batch.Faults.Select(fault => fault.Path));
        Assert.Equal(3, batch.End);
    }

    [Fact]
    public async Task Objects_of_2_1_stay_as_they_came()
    {
        const string Raw = """{ "type":"campaign", "spec_version":"2.1","id":"campaign--00000000-0000-4000-8000-000000000001","created":"2026-01-01T00:00:00Z","modified":"2026-01-01T00:00:00Z","name":"c"}""";
        var batch = await ReadAsync(Raw);
        Assert.Equal(Raw, Encoding.UTF8.GetString(batch.Objects[0].Raw));
    }
}
