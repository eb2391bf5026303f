using FalkorDb;
using FalkorDb.Resp;

namespace Platform.FalkorDb.Tests;

public sealed class CompactReplyTests
{
    private static readonly GraphSchema Schema = new(1, ["Object", "Malware"], ["USES"], ["id", "name", "w"]);

    [Fact]
    public void Decodes_nodes_edges_and_paths()
    {
        var a = Array(I(0), Array(I(0), I(1)), Array(Array(I(0), I(2), T("a")), Array(I(1), I(6), Array(Cell(2, T("x")), Cell(3, I(5))))));
        var b = Array(I(1), Array(I(0)), Array());
        var e = Array(I(7), I(0), I(0), I(1), Array(Array(I(2), I(5), T("1.5"))));
        var path = Array(Cell(6, Array(Cell(8, a), Cell(8, b))), Cell(6, Array(Cell(7, e))));
        var result = CompactReply.Decode(Reply(Cell(8, a), Cell(7, e), Cell(9, path)), Schema);

        var node = Assert.IsType<Node>(result.Rows[0][0]);
        Assert.Equal(["Object", "Malware"], node.Labels);
        Assert.Equal("a", node.Properties["id"]);
        Assert.Equal(new object?[] { "x", 5L }, node.Properties["name"]);
        var edge = Assert.IsType<Edge>(result.Rows[0][1]);
        Assert.Equal(("USES", 0L, 1L, 1.5), (edge.Type, edge.SourceId, edge.TargetId, edge.Properties["w"]));
        var decoded = Assert.IsType<GraphPath>(result.Rows[0][2]);
        Assert.Equal((2, 1), (decoded.Nodes.Count, decoded.Edges.Count));
    }

    [Fact]
    public void Decodes_scalars_times_points_and_maps()
    {
        var result = CompactReply.Decode(
            Reply(
                Cell(1, RespValue.Null), Cell(4, T("true")), Cell(5, T("1e+300")), Cell(11, Array(T("1.5"), T("2"))), Cell(12, Array(T("1"), T("2"))),
                Cell(14, I(1577836800)), Cell(13, I(1577872800)), Cell(15, I(-2208952800)), Cell(16, I(93600)), Cell(10, Array(T("a"), Cell(3, I(1))))),
            Schema);
        var row = result.Rows[0];
        Assert.Null(row[0]);
        Assert.Equal(true, row[1]);
        Assert.Equal(1e300, row[2]);
        Assert.Equal(new Point(1.5, 2), row[3]);
        Assert.Equal(new float[] { 1, 2 }, row[4]);
        Assert.Equal(new DateOnly(2020, 1, 1), row[5]);
        Assert.Equal(new DateTime(2020, 1, 1, 10, 0, 0), row[6]);
        Assert.Equal(new TimeOnly(10, 0, 0), row[7]);
        Assert.Equal(new CypherDuration(93600), row[8]);
        Assert.Equal(1L, ((Dictionary<string, object?>)row[9]!)["a"]);
    }

    [Fact]
    public void An_error_inside_the_reply_is_thrown()
    {
        var reply = Array(Array(Array(I(1), T("x"))), Array(RespValue.OfError("Division by zero")), Array());
        Assert.Equal(FalkorDbError.Server, Assert.Throws<FalkorDbException>(() => CompactReply.Decode(reply, Schema)).Error);
    }

    [Fact]
    public void An_id_newer_than_the_schema_is_noticed() =>
        Assert.Throws<UnknownSchemaIdException>(() => CompactReply.Decode(Reply(Cell(8, Array(I(0), Array(I(9)), Array()))), Schema));

    [Fact]
    public void Recognises_another_schema_version()
    {
        Assert.True(CompactReply.IsVersionMismatch(Array(RespValue.OfError("version mismatch"), I(42)), out var version));
        Assert.Equal(42, version);
        Assert.False(CompactReply.IsVersionMismatch(Reply(Cell(3, I(1))), out _));
    }

    [Fact]
    public void Reads_statistics()
    {
        var result = CompactReply.Decode(Array(Array(T("Nodes created: 3"), T("Cached execution: 0"))), Schema);
        Assert.Equal(3, result.Count("Nodes created"));
        Assert.Equal(0, result.Count("Labels added"));
    }

    private static RespValue Reply(params RespValue[] cells) =>
        Array(Array(cells.Select((_, i) => Array(I(1), T("c" + i))).ToArray()), Array(Array(cells)), Array(T("Cached execution: 1")));

    private static RespValue Cell(long type, RespValue value) => Array(I(type), value);

    private static RespValue I(long value) => RespValue.OfInteger(value);

    private static RespValue T(string value) => RespValue.OfText(value);

    private static RespValue Array(params RespValue[] items) => RespValue.OfArray(items);
}
