using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.ServiceDefaults;
using Platform.Tenancy.Tenants;

namespace Platform.Tenancy.Tests;

public sealed class SettingsTests
{
    private static NewTenant Read(string json) => JsonSerializer.Deserialize<NewTenant>(json, Json.Options)!;

    [Fact]
    public void Settings_come_back_as_they_were_sent()
    {
        var settings = Read("""{"settings":{"a":{"b":[1,null,{"c":"d"}]},"null":null}}""").Settings!;
        Assert.Equal("""{"a":{"b":[1,null,{"c":"d"}]},"null":null}""", settings.ToJsonString());
        Assert.Equal("""{"settings":{"x":1}}""", JsonSerializer.Serialize(new { settings = new JsonObject { ["x"] = 1 } }, Json.Options));
        Assert.Null(Read("{}").Settings);
        Assert.Null(Read("""{"settings":null}""").Settings);
    }

    [Theory]
    [InlineData("""{"settings":{"a":1,"a":2}}""")]
    [InlineData("""{"settings":{"a":{"b":1,"b":2}}}""")]
    [InlineData("""{"settings":[]}""")]
    [InlineData("""{"settings":"text"}""")]
    public void Doubled_names_and_other_kinds_are_malformed(string json) => Assert.Throws<JsonException>(() => Read(json));
}
