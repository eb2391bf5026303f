using System.Text;
using Microsoft.AspNetCore.Http;
using Platform.Contracts;
using Platform.ThreatIntel.Imports;
using Platform.ThreatIntel.Objects;
using Platform.ThreatIntel.Storage;
using Stix;
using Stix.Bundles;

namespace Platform.ThreatIntel.Tests;

public sealed class ImportBatchTests
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private static async Task<ImportBatch> ReadAsync(string objects, MarkingLevels? markings = null)
    {
        using var reader = new BundleReader(new MemoryStream(Encoding.UTF8.GetBytes($$"""{"type":"bundle","objects":[{{objects}}]}""")));
        var batch = new ImportBatch(0);
        while (await reader.ReadAsync(Ct))
        {
            batch.Add(reader.Current, markings ?? new MarkingLevels());
        }

        return batch;
    }

    [Fact]
    public async Task Observables_without_an_id_get_a_deterministic_one()
    {
        var batch = await ReadAsync("""{ "type":"ipv4-addr","value":"198.51.100.3"},{"type":"process","pid":7},{"type":"process","pid":7}""");
        Assert.Equal("ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4", batch.Objects[0].StixId);
        Assert.StartsWith("""{"id":"ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4","type":"ipv4-addr",""", Encoding.UTF8.GetString(batch.Objects[0].Raw), StringComparison.Ordinal);
        Assert.True(StixId.IsOfType(batch.Objects[1].StixId, "process"));
        Assert.Equal(batch.Objects[1].StixId, batch.Objects[2].StixId);
    }

    [Fact]
    public async Task The_level_is_the_highest_of_all_markings()
    {
        var markings = new MarkingLevels();
        markings.Add("marking-definition--00000000-0000-4000-8000-000000000001", Tlp.AmberStrict);
        markings.Add("marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed", Tlp.Clear);
        var batch = await ReadAsync(
            """
            {"type":"ipv4-addr","value":"198.51.100.1"},
            {"type":"ipv4-addr","value":"198.51.100.2","object_marking_refs":["marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da","marking-definition--00000000-0000-4000-8000-000000000001"]},
            {"type":"ipv4-addr","value":"198.51.100.3","granular_markings":[{"marking_ref":"marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed","selectors":["value"]}]}
            """,
            markings);
        Assert.Equal([TlpLevel.Clear, TlpLevel.AmberStrict, TlpLevel.Red], batch.Objects.Select(item => item.Tlp));
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("nonsense", false)]
    [InlineData("[1,2]", false)]
    [InlineData("""{"Event":{"info":"MISP"}}""", false)]
    [InlineData("""{"type":"bundle","objects":[{]}""", false)]
    [InlineData("""{"type":"bundle","objects":[{"type":"x"}]}""", true)]
    [InlineData("""{"type":"bundle"}""", true)]
    public async Task What_is_no_bundle_is_refused_at_once(string body, bool isBundle) =>
        Assert.Equal(isBundle, await BundleHead.CheckAsync(Encoding.UTF8.GetBytes(body), isWhole: true, Ct) is null);

    [Theory]
    [InlineData("""{"type":"bundle","objects":[{"type":"thr""", true)]
    [InlineData("""{"x-big":["aaaaaaa""", true)]
    [InlineData("""{"type":"report",""", false)]
    [InlineData("""[{"type":"bundle",""", false)]
    public async Task The_head_of_a_long_body_is_judged_by_what_it_holds(string head, bool passes) =>
        Assert.Equal(passes, await BundleHead.CheckAsync(Encoding.UTF8.GetBytes(head), isWhole: false, Ct) is null);

    [Theory]
    [InlineData("", "application/json", true)]
    [InlineData("", "application/stix+json;version=2.1", true)]
    [InlineData("", null, true)]
    [InlineData("stix", "text/plain", true)]
    [InlineData("misp", "application/json", true)]
    [InlineData("", "application/x-misp+json", true)]
    [InlineData("", "text/csv", true)]
    [InlineData("", "text/plain; charset=utf-8", true)]
    [InlineData("pdf", "application/json", false)]
    [InlineData("", "application/pdf", false)]
    [InlineData("", "multipart/form-data; boundary=x", false)]
    public void The_format_is_named_or_typed(string format, string? type, bool supported)
    {
        var context = new DefaultHttpContext();
        context.Request.ContentType = type;
        context.Request.QueryString = new QueryString(format.Length == 0 ? "" : "?format=" + format);
        var (found, fault) = ImportFormat.Of(context.Request);
        Assert.Equal(supported, found is not null);
        Assert.Equal(supported ? null : ErrorCodes.UnsupportedMediaType, fault?.Code);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(5_000)]
    public void Stored_bytes_come_out_as_they_went_in(int length)
    {
        var compressible = Encoding.ASCII.GetBytes(new string('x', length));
        var random = new byte[length];
        Random.Shared.NextBytes(random);
        Assert.Equal(compressible, RawBytes.Unpack(RawBytes.Pack(compressible)));
        Assert.Equal(random, RawBytes.Unpack(RawBytes.Pack(random)));
    }
}
