using System.Text;
using Stix.Bundles;

namespace Stix.Tests;

public sealed class BundleReaderTests
{
    private const string Actor = """{"type":"threat-actor","id":"threat-actor--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","created":"2026-01-01T00:00:00Z","modified":"2026-01-02T00:00:00.123456Z","name":"A\u00e9","spec_version":"2.1","object_marking_refs":["marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9"],"granular_markings":[{"marking_ref":"marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed","selectors":["name"]}],"x":{"type":"nested","id":1}}""";

    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private static async Task<List<(BundleItem Item, string Raw)>> ReadAsync(string json, int bufferSize = 256, BundleReaderOptions? options = null, int chunk = int.MaxValue)
    {
        using var reader = new BundleReader(new Dripping(Encoding.UTF8.GetBytes(json), chunk), (options ?? new()) with { BufferSize = bufferSize });
        var items = new List<(BundleItem, string)>();
        while (await reader.ReadAsync(Ct))
        {
            items.Add((reader.Current, Encoding.UTF8.GetString(reader.Current.Raw.Span)));
        }

        return items;
    }

    private static string Bundle(params string[] objects) =>
        $$"""{"type":"bundle","id":"bundle--00000000-0000-4000-8000-000000000001","extra":{"a":[1,2,{}]},"objects":[{{string.Join(" ,\n", objects)}}],"tail":[[]]}""";

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(1)]
    [InlineData(7)]
    public async Task Gives_every_object_with_its_bytes_and_place(int chunk)
    {
        var json = Bundle(Actor, Actor.Replace("8e2e", "8e2f", StringComparison.Ordinal));
        var items = await ReadAsync(json, 16, chunk: chunk);

        Assert.Equal(2, items.Count);
        Assert.Equal(Actor, items[0].Raw);
        Assert.Equal(0, items[0].Item.Index);
        Assert.Equal(json.IndexOf(Actor, StringComparison.Ordinal), items[0].Item.Position);
        var head = items[0].Item.Head!;
        Assert.Equal("Aé", head.Name);
        Assert.Equal("threat-actor", head.Type);
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 0, 0, 0, TimeSpan.Zero).AddTicks(1234560), head.Modified);
        Assert.Equal(2, head.MarkingRefs.Count);
    }

    [Theory]
    [InlineData("marking-definition", true)]
    [InlineData("marking\\u002ddefinition", true)]
    [InlineData("tool", false)]
    public async Task Only_heads_of_one_type_are_read_where_only_they_are_asked_for(string type, bool isRead)
    {
        var item = $$"""{"type":"{{type}}","id":"{{(isRead ? "marking-definition" : type)}}--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","spec_version":"2.1","created":"2026-01-01T00:00:00Z","modified":"2026-01-01T00:00:00Z","name":"n","object_marking_refs":["marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9"]}""";
        var (read, raw) = Assert.Single(await ReadAsync(Bundle(item), options: new() { OnlyHeadsOf = "marking-definition" }));
        Assert.Equal(item, raw);
        Assert.Null(read.Fault);
        Assert.Equal(isRead, read.Head?.Type == "marking-definition");
    }

    [Fact]
    public async Task Reports_faulty_objects_with_their_path_and_goes_on()
    {
        var deep = Actor[..^1] + ",\"deep\":" + new string('[', 5_000) + new string(']', 5_000) + "}";
        var items = await ReadAsync(Bundle(
            Actor,
            """{"type":"threat-actor"}""",
            "5",
            "[[1,2],{\"a\":{}}]",
            """{"type":"threat-actor","id":"campaign--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"}""",
            Actor.Replace("2026-01-01T", "2026-13-01T", StringComparison.Ordinal),
            Actor.Replace("\"name\":", "\"revoked\":\"yes\",\"name\":", StringComparison.Ordinal),
            Actor.Replace("\"name\":", "\"id\":\"x\",\"name\":", StringComparison.Ordinal),
            Actor.Replace("A\\u00e9", "\\ud800", StringComparison.Ordinal),
            deep,
            """{"type":"relationship","id":"relationship--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","created":"2026-01-01T00:00:00Z","modified":"2026-01-01T00:00:00Z","relationship_type":"uses","source_ref":"x","target_ref":"y"}""",
            Actor));

        Assert.Equal(
            [
                "", "$.objects[1].id", "$.objects[2]", "$.objects[3]", "$.objects[4].id", "$.objects[5].created",
                "$.objects[6].revoked", "$.objects[7].id", "$.objects[8].name", "$.objects[9]", "$.objects[10].source_ref", "",
            ],
            items.Select(entry => entry.Item.Fault?.Path ?? ""));
        Assert.All(items, entry => Assert.False(entry.Item.Fault?.IsFatal ?? false));
    }

    [Fact]
    public async Task Passes_over_an_object_that_is_too_large_without_holding_it()
    {
        var large = Actor[..^1] + ",\"large\":[" + string.Join(',', Enumerable.Repeat("\"0123456789\"", 10_000)) + "]}";
        var items = await ReadAsync(Bundle(Actor, large, Actor), 64, new BundleReaderOptions { MaxObjectBytes = 2_000 }, chunk: 500);
        Assert.Equal(3, items.Count);
        Assert.Contains("larger than 2000 bytes", items[1].Item.Fault!.Message, StringComparison.Ordinal);
        Assert.Equal(Actor, items[2].Raw);
    }

    [Fact]
    public async Task Invalid_UTF8_is_a_fault_of_its_object()
    {
        var bytes = Encoding.Latin1.GetBytes(Bundle(Actor.Replace("\\u00e9", "\u00e9", StringComparison.Ordinal), Actor));
        using var reader = new BundleReader(new MemoryStream(bytes));
        Assert.True(await reader.ReadAsync(Ct));
        Assert.Contains("UTF-8", reader.Current.Fault!.Message, StringComparison.Ordinal);
        Assert.True(await reader.ReadAsync(Ct));
        Assert.Null(reader.Current.Fault);
        Assert.False(await reader.ReadAsync(Ct));
    }

    [Theory]
    [InlineData("")]
    [InlineData("nope")]
    [InlineData("[]")]
    [InlineData("5")]
    [InlineData("{}")]
    [InlineData("""{"type":"indicator"}""")]
    [InlineData("""{"type":5,"objects":[]}""")]
    [InlineData("""{"objects":[]}""")]
    [InlineData("""{"type":"bundle","objects":{}}""")]
    [InlineData("""{"type":"bundle",""")]
    public async Task Refuses_what_is_no_bundle(string json) =>
        await Assert.ThrowsAsync<NotABundleException>(() => ReadAsync(json));

    [Theory]
    [InlineData("""{"type":"bundle"}""")]
    [InlineData("""{"objects":[],"type":"bundle","spec_version":"2.0"}""")]
    public async Task An_empty_bundle_is_a_bundle(string json) => Assert.Empty(await ReadAsync(json));

    [Theory]
    [InlineData("""{"type":"bundle","objects":[OBJECT,{"type":"thr""")]
    [InlineData("""{"type":"bundle","objects":[OBJECT,{"type":}]}""")]
    [InlineData("""{"type":"bundle","objects":[OBJECT""")]
    [InlineData("""{"type":"bundle","objects":[OBJECT OBJECT]}""")]
    public async Task What_stops_being_JSON_ends_with_a_fatal_fault(string json)
    {
        var items = await ReadAsync(json.Replace("OBJECT", Actor, StringComparison.Ordinal), 64, chunk: 50);
        Assert.Null(items[0].Item.Fault);
        Assert.True(items[^1].Item.Fault!.IsFatal);
        Assert.Equal(2, items.Count);
    }

    [Fact]
    public async Task A_byte_order_mark_is_passed_over() => Assert.Single(await ReadAsync("\ufeff" + Bundle(Actor), chunk: 10));

    /// <summary>Gives at most so many bytes a read, as a slow sender does.</summary>
    private sealed class Dripping(byte[] bytes, int chunk) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, chunk)], cancellationToken);
    }
}
