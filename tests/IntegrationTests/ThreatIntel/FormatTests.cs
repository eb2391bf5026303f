using System.Net;
using System.Text;
using System.Text.Json;
using Platform.Contracts;
using Platform.TestSupport;

namespace Platform.IntegrationTests.ThreatIntel;

/// <summary>What is not STIX comes in, and goes out again.</summary>
[Collection(ThreatIntelCollection.Name)]
public sealed class FormatTests(ThreatIntelFixture service)
{
    private const string Root = "/api/v2/threat-intel/";
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private const string Event = """
        {"Event":{"uuid":"5c1f1d2e-0000-4000-8000-000000000001","info":"Test event","date":"2026-01-02","timestamp":"1767400000","threat_level_id":"1",
        "Orgc":{"name":"CERT","uuid":"5c1f1d2e-0000-4000-8000-0000000000ff"},"Tag":[{"name":"tlp:amber"},{"name":"campaign:x"}],
        "Attribute":[
          {"uuid":"5c1f1d2e-0000-4000-8000-000000000002","type":"ip-dst","value":"198.51.100.9","to_ids":true,"timestamp":"1767400001","comment":"c2"},
          {"uuid":"5c1f1d2e-0000-4000-8000-000000000003","type":"filename|md5","value":"a.exe|d41d8cd98f00b204e9800998ecf8427e","to_ids":true,"timestamp":"1767400001"},
          {"uuid":"5c1f1d2e-0000-4000-8000-000000000004","type":"comment","value":"words","to_ids":false,"timestamp":"1767400001"}],
        "Object":[{"name":"url","Attribute":[{"uuid":"5c1f1d2e-0000-4000-8000-000000000005","type":"url","value":"http://evil.example/x","to_ids":true,"timestamp":"1767400001","Tag":[{"name":"tlp:red"}]}]}]}}
        """;

    private async Task<JsonElement> ImportAsync(Guid tenant, string body, string contentType, string query = "", TlpLevel clearance = TlpLevel.Red)
    {
        var response = await service.ClientFor(tenant, clearance).PostAsync(Root + "import" + query, new StringContent(body, Encoding.UTF8, contentType), Ct);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        JsonElement import = default;
        await Eventually.TrueAsync(
            async () => (import = await ThreatIntelFixture.GetAsync(service.ClientFor(tenant), response.Headers.Location!, Ct)).GetProperty("status").GetString() is not ("queued" or "running"),
            TimeSpan.FromMinutes(1), Ct, "The end of the import");
        Assert.Equal("completed", import.GetProperty("status").GetString());
        return import;
    }

    private async Task<string[]> IndicatorsAsync(Guid tenant, TlpLevel clearance = TlpLevel.Red) =>
        [.. (await ThreatIntelFixture.GetAsync(service.ClientFor(tenant, clearance), Root + "indicators?limit=500", Ct)).GetProperty("items").EnumerateArray()
            .Select(item => item.GetProperty("value").GetString()!).Order(StringComparer.Ordinal)];

    [Theory]
    [InlineData("application/json", "")]
    [InlineData("application/x-misp+json", "")]
    [InlineData("application/json", "?format=misp")]
    public async Task A_misp_event_comes_in_with_its_ids_times_and_levels(string contentType, string query)
    {
        var tenant = Guid.NewGuid();
        var import = await ImportAsync(tenant, Event, contentType, query);
        Assert.Equal(("misp", 6, 0), (import.GetProperty("format").GetString(), import.GetProperty("created").GetInt32(), import.GetProperty("failed").GetInt32()));
        Assert.Equal(["198.51.100.9", "a.exe", "http://evil.example/x"], await IndicatorsAsync(tenant));
        Assert.Equal(["198.51.100.9", "a.exe"], await IndicatorsAsync(tenant, TlpLevel.Amber));
        Assert.Empty(await IndicatorsAsync(tenant, TlpLevel.Green));
        var ip = await ThreatIntelFixture.GetAsync(service.ClientFor(tenant), Root + "indicators/indicator--5c1f1d2e-0000-4000-8000-000000000002", Ct);
        Assert.Equal(("high", "c2", "2026-01-03T00:26:41.000Z"), (ip.GetProperty("severity").GetString(), ip.GetProperty("description").GetString(), ip.GetProperty("modified").GetString()));
        var both = await ThreatIntelFixture.GetAsync(service.ClientFor(tenant), Root + "indicators/indicator--5c1f1d2e-0000-4000-8000-000000000003", Ct);
        Assert.Equal("[file:name = 'a.exe' AND file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e']", both.GetProperty("pattern").GetString());
        var report = await ThreatIntelFixture.GetAsync(service.ClientFor(tenant), Root + "reports/report--5c1f1d2e-0000-4000-8000-000000000001", Ct);
        Assert.Equal(4, report.GetProperty("object_refs").GetArrayLength());
        Assert.Equal("identity--5c1f1d2e-0000-4000-8000-0000000000ff", report.GetProperty("created_by_ref").GetString());

        var again = await ImportAsync(tenant, Event, contentType, query);
        Assert.Equal((0, 0, 6), (again.GetProperty("created").GetInt32(), again.GetProperty("updated").GetInt32(), again.GetProperty("unchanged").GetInt32()));
    }

    [Fact]
    public async Task A_table_comes_in_by_its_mapping_and_refuses_rows_by_their_index()
    {
        var tenant = Guid.NewGuid();
        const string Table = """"
            # a comment
            ioc;kind;note;Confidence;tlp
            198.51.100[.]1;ip;"first; with a ""quote""";80;green
            evil.example;domain;;;
            x;nonsense;;;
            evil2.example;domain;;101;
            evil3.example;domain;;;purple
            d41d8cd98f00b204e9800998ecf8427e;;;;TLP:AMBER
            """";
        const string Query = "?mapping=value:ioc,type:kind,description:note&delimiter=;";
        var import = await ImportAsync(tenant, Table, "text/csv", Query);
        Assert.Equal((6, 3, 3), (import.GetProperty("total").GetInt32(), import.GetProperty("created").GetInt32(), import.GetProperty("failed").GetInt32()));
        Assert.Equal([2, 3, 4], import.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("index").GetInt32()));
        Assert.Equal(["198.51.100.1", "d41d8cd98f00b204e9800998ecf8427e", "evil.example"], await IndicatorsAsync(tenant));
        Assert.Equal(["198.51.100.1", "evil.example"], await IndicatorsAsync(tenant, TlpLevel.Green));
        var first = (await ThreatIntelFixture.GetAsync(service.ClientFor(tenant), Root + "indicators?search=198.51", Ct)).GetProperty("items")[0];
        Assert.Equal(("first; with a \"quote\"", 80), (first.GetProperty("description").GetString(), first.GetProperty("confidence").GetInt32()));

        var again = await ImportAsync(tenant, Table, "text/csv", Query);
        Assert.Equal((0, 0, 3), (again.GetProperty("created").GetInt32(), again.GetProperty("updated").GetInt32(), again.GetProperty("unchanged").GetInt32()));
        var changed = await ImportAsync(tenant, Table.Replace(";80;", ";90;", StringComparison.Ordinal), "text/csv", Query);
        Assert.Equal((0, 1, 2), (changed.GetProperty("created").GetInt32(), changed.GetProperty("updated").GetInt32(), changed.GetProperty("unchanged").GetInt32()));
    }

    [Fact]
    public async Task A_report_gives_the_indicators_that_it_names()
    {
        var tenant = Guid.NewGuid();
        const string Report = """
            Cat Burglar: a report
            The dropper invoice.exe (d41d8cd98f00b204e9800998ecf8427e) called hxxps://cdn[.]evil[.]example/a?b=c and
            203.0.113[.]77, then mailed boss(at)evil.example. It used CVE-2026-12345 twice (cve-2026-12345).
            Inside, it spread to 10.0.0.5 and asked www.google.com for the time.
            """;
        var import = await ImportAsync(tenant, Report, "text/plain");
        Assert.Equal(("text", 0), (import.GetProperty("format").GetString(), import.GetProperty("failed").GetInt32()));
        Assert.Equal(["203.0.113.77", "boss@evil.example", "d41d8cd98f00b204e9800998ecf8427e", "https://cdn.evil.example/a?b=c"], await IndicatorsAsync(tenant));
        var report = (await ThreatIntelFixture.GetAsync(service.ClientFor(tenant), Root + "reports", Ct)).GetProperty("items")[0];
        Assert.Equal("Cat Burglar: a report", report.GetProperty("name").GetString());
        Assert.Equal(5, report.GetProperty("object_refs").GetArrayLength());
        Assert.Equal("CVE-2026-12345", (await ThreatIntelFixture.GetAsync(service.ClientFor(tenant), Root + "vulnerabilities", Ct)).GetProperty("items")[0].GetProperty("name").GetString());
        var again = await ImportAsync(tenant, Report, "text/plain");
        Assert.Equal(6, again.GetProperty("unchanged").GetInt32());
    }

    [Theory]
    [InlineData("text/csv", "a,b\n1,2", HttpStatusCode.UnprocessableEntity)]
    [InlineData("text/csv", "", HttpStatusCode.BadRequest)]
    [InlineData("text/plain", " ", HttpStatusCode.BadRequest)]
    [InlineData("application/x-misp+json", "{}", HttpStatusCode.BadRequest)]
    [InlineData("application/x-misp+json", "nonsense", HttpStatusCode.BadRequest)]
    [InlineData("application/pdf", "x", HttpStatusCode.UnsupportedMediaType)]
    public async Task What_is_not_of_its_format_is_refused_at_once(string contentType, string body, HttpStatusCode status) =>
        Assert.Equal(status, (await service.ClientFor(Guid.NewGuid()).PostAsync(Root + "import", new StringContent(body, Encoding.UTF8, contentType), Ct)).StatusCode);

    [Fact]
    public async Task Exports_as_table_and_misp_event_come_in_again()
    {
        var tenant = Guid.NewGuid();
        await ImportAsync(tenant, Event, "application/json");
        var client = service.ClientFor(tenant);
        var table = await (await client.GetAsync(Root + "export?format=csv", Ct)).Content.ReadAsStringAsync(Ct);
        var (copy, second) = (Guid.NewGuid(), Guid.NewGuid());
        Assert.Equal(0, (await ImportAsync(copy, table, "text/csv")).GetProperty("failed").GetInt32());
        Assert.Equal(await IndicatorsAsync(tenant), await IndicatorsAsync(copy));
        Assert.Equal(await IndicatorsAsync(tenant, TlpLevel.Amber), await IndicatorsAsync(copy, TlpLevel.Amber));

        var misp = await (await client.GetAsync(Root + "export?format=misp", Ct)).Content.ReadAsStringAsync(Ct);
        await ImportAsync(second, misp, "application/json");
        Assert.Equal(await IndicatorsAsync(tenant), await IndicatorsAsync(second));

        var below = await (await service.ClientFor(tenant, TlpLevel.Amber).GetAsync(Root + "export?format=csv", Ct)).Content.ReadAsStringAsync(Ct);
        Assert.DoesNotContain("evil.example", below, StringComparison.Ordinal);
        Assert.Equal(3, below.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.DoesNotContain("198.51", await (await service.ClientFor(tenant, TlpLevel.Green).GetAsync(Root + "export?format=misp", Ct)).Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await client.GetAsync(Root + "export?format=pdf", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await client.GetAsync(Root + "export?format=csv&types=tool", Ct)).StatusCode);
    }

    [Fact]
    public async Task An_import_that_is_over_cannot_be_cancelled_and_an_unknown_one_is_gone_anyway()
    {
        var tenant = Guid.NewGuid();
        var import = await ImportAsync(tenant, "evil.example and evil2.example", "text/plain");
        var client = service.ClientFor(tenant);
        Assert.Equal(HttpStatusCode.Conflict, (await client.PostAsync($"{Root}imports/{import.GetProperty("id").GetString()}/cancel", null, Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await client.PostAsync($"{Root}imports/{Guid.NewGuid()}/cancel", null, Ct)).StatusCode);
    }
}
