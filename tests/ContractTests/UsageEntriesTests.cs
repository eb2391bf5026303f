using System.Text.Json;
using Platform.Contracts.Gateway;

namespace Platform.ContractTests;

/// <summary>How usage entries travel: what they share once, and what each has alone as numbers.</summary>
public sealed class UsageEntriesTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);
    private static readonly Guid Tenant = Guid.Parse("00000000-0000-7000-8000-000000000001");

    [Fact]
    public void Entries_read_back_as_they_were_written()
    {
        UsageEntry[] entries =
        [
            new(Tenant, null, "somebody", "/api/v2/things", "GET", 200, 1.234, 0, 2_000, Noon),
            new(Tenant, Guid.NewGuid(), null, "/api/v2/things/{id}", "DELETE", 404, 0, 5, 0, Noon.AddTicks(-7)),
            new(Guid.NewGuid(), null, "ünï\"codé", "/", "PURGE", 599, 1e6, long.MaxValue, long.MaxValue, Noon.AddDays(400)),
            new(Tenant, null, "somebody", "/api/v2/things", "GET", 200, 0.001, 0, 2_000, Noon.AddTicks(1)),
        ];

        Assert.Equal(entries, Read(Write(entries)).Entries);
        Assert.Empty(Read(Write([])).Entries);
    }

    [Fact]
    public void Two_thousand_entries_of_two_kinds_take_less_than_forty_bytes_each()
    {
        var entries = Enumerable.Range(0, 2_000).Select(i => new UsageEntry(
            Tenant, null, "019aa3a0-c0de-7000-8000-000000000001", i % 2 == 0 ? "/api/v2/things" : "/api/v2/others", "GET", 200, i / 1000.0, 0, 2_000, Noon.AddTicks(i * 1_000L)));

        Assert.InRange(Write([.. entries]).Length, 20_000, 80_000);
    }

    [Fact]
    public void Entries_of_a_gateway_that_sends_them_one_by_one_are_read_too()
    {
        var read = Read($$"""
            {"instance":"g","segment":1,"offset":2,"entries":[{"tenantId":"{{Tenant}}","apiKeyId":null,"subject":"s","endpoint":"/x","method":"GET",
             "statusCode":200,"latencyMs":1.5,"requestSizeBytes":3,"responseSizeBytes":4,"timestamp":"2026-01-31T12:00:00Z"}]}
            """);

        Assert.Equal([new UsageEntry(Tenant, null, "s", "/x", "GET", 200, 1.5, 3, 4, Noon)], read.Entries);
    }

    [Theory]
    [InlineData("""{"from":"2026-01-31T12:00:00Z","kinds":[],"rows":[0,200,1,0,0,0]}""")]
    [InlineData("""{"from":"2026-01-31T12:00:00Z","kinds":[],"rows":[-1,200,1,0,0,0]}""")]
    [InlineData("""{"from":"2026-01-31T12:00:00Z","kinds":[]}""")]
    [InlineData("""{"rows":1}""")]
    [InlineData("""{"others":[]}""")]
    [InlineData("\"text\"")]
    public void What_is_no_list_of_entries_is_refused(string entries) =>
        Assert.ThrowsAny<JsonException>(() => Read($$"""{"instance":"g","segment":1,"offset":2,"entries":{{entries}}}"""));

    private static string Write(IReadOnlyList<UsageEntry> entries) => JsonSerializer.Serialize(new UsageRecorded("g", 1, 2, entries), JsonSerializerOptions.Web);

    private static UsageRecorded Read(string json) => JsonSerializer.Deserialize<UsageRecorded>(json, JsonSerializerOptions.Web)!;
}
