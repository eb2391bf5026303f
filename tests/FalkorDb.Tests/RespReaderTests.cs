using System.Text;
using FalkorDb;
using FalkorDb.Resp;

namespace Platform.FalkorDb.Tests;

public sealed class RespReaderTests
{
    [Fact]
    public async Task Reads_every_kind()
    {
        var value = await Read("*6\r\n+OK\r\n:-7\r\n$5\r\nhéll\r\n$-1\r\n*-1\r\n*1\r\n$0\r\n\r\n");
        Assert.Equal("OK", value.Items[0].Text);
        Assert.Equal(-7, value.Items[1].Integer);
        Assert.Equal("héll", value.Items[2].Text);
        Assert.Equal(RespKind.Null, value.Items[3].Kind);
        Assert.Equal(RespKind.Null, value.Items[4].Kind);
        Assert.Equal("", value.Items[5].Items[0].Text);
    }

    [Fact]
    public async Task Reads_replies_that_come_byte_by_byte()
    {
        var text = "*3\r\n$5\r\na\r\nbc\r\n:123\r\n*1\r\n+x\r\n:9\r\n";
        var reader = new RespReader(new Dribble(Encoding.UTF8.GetBytes(text)));
        var first = await reader.ReadAsync(1000, TestContext.Current.CancellationToken);
        var second = await reader.ReadAsync(1000, TestContext.Current.CancellationToken);
        Assert.Equal("a\r\nbc", first.Items[0].Text);
        Assert.Equal(123, first.Items[1].Integer);
        Assert.Equal(9, second.Integer);
    }

    [Fact]
    public async Task Reads_more_than_its_buffer()
    {
        var big = new string('x', 300_000);
        var value = await Read($"*2\r\n${big.Length}\r\n{big}\r\n:1\r\n");
        Assert.Equal(big, value.Items[0].Text);
        Assert.Equal(1, value.Items[1].Integer);
    }

    [Theory]
    [InlineData("?x\r\n", FalkorDbError.Protocol)]
    [InlineData(":x\r\n", FalkorDbError.Protocol)]
    [InlineData("+x\n", FalkorDbError.Protocol)]
    [InlineData("*2\r\n:1\r\n", FalkorDbError.Connection)]
    [InlineData("$99999\r\n", FalkorDbError.ReplyTooLarge)]
    [InlineData("*999999999\r\n", FalkorDbError.ReplyTooLarge)]
    public async Task Bad_replies_are_errors(string reply, FalkorDbError error)
    {
        var exception = await Assert.ThrowsAsync<FalkorDbException>(() => Read(reply));
        Assert.Equal(error, exception.Error);
    }

    [Fact]
    public async Task Nesting_is_bounded()
    {
        var exception = await Assert.ThrowsAsync<FalkorDbException>(() => Read(string.Concat(Enumerable.Repeat("*1\r\n", 500))));
        Assert.Equal(FalkorDbError.Protocol, exception.Error);
    }

    [Theory]
    [InlineData("Query timed out", FalkorDbError.Timeout)]
    [InlineData("Query's mem consumption exceeded capacity", FalkorDbError.Memory)]
    [InlineData("errMsg: Invalid input 'R' line: 1", FalkorDbError.Syntax)]
    [InlineData("graph.RO_QUERY is to be executed only on read-only queries", FalkorDbError.ReadOnly)]
    [InlineData("ERR Invalid graph operation on empty key", FalkorDbError.MissingGraph)]
    [InlineData("Attribute 'id' is already indexed", FalkorDbError.Exists)]
    [InlineData("NOPERM No permissions to access a key", FalkorDbError.Denied)]
    [InlineData("Division by zero", FalkorDbError.Server)]
    public void Server_errors_have_kinds(string message, FalkorDbError error)
    {
        var exception = Assert.Throws<FalkorDbException>(() => RespValue.OfError(message).OrThrow());
        Assert.Equal(error, exception.Error);
    }

    private static async Task<RespValue> Read(string text) =>
        await new RespReader(new MemoryStream(Encoding.UTF8.GetBytes(text))).ReadAsync(400_000 > text.Length ? Math.Max(1000, text.Length) : text.Length, TestContext.Current.CancellationToken);

    private sealed class Dribble(byte[] bytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(1, buffer.Length)], cancellationToken);
    }
}
