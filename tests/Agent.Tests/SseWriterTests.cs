using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using Platform.Agent.Chat;
using Platform.Agent.Planning;
using Platform.Agent.Storage;

namespace Platform.Agent.Tests;

public sealed class SseWriterTests
{
    private static readonly Guid Answer = new("01234567-89ab-7def-8123-456789abcdef");

    [Fact]
    public void An_event_is_id_name_data_and_a_blank_line() =>
        Assert.Equal("id: 7\nevent: status\ndata: {}\n\n", Written(o => SseWriter.WriteEvent(o, "7", "status", "{}"u8)));

    [Theory]
    [InlineData("a\nb", "data: a\ndata: b\n\n")]
    [InlineData("a\r\nb", "data: a\ndata: b\n\n")]
    [InlineData("a\rb", "data: a\ndata: b\n\n")]
    [InlineData("a\n\nb", "data: a\ndata: \ndata: b\n\n")]
    [InlineData("a\n", "data: a\ndata: \n\n")]
    [InlineData("", "data: \n\n")]
    [InlineData("é漢🙂", "data: é漢🙂\n\n")]
    public void Every_line_of_the_data_becomes_a_field(string data, string expected) =>
        Assert.Equal(expected, Written(o => SseWriter.WriteEvent(o, null, null, Encoding.UTF8.GetBytes(data))));

    [Fact]
    public void A_comment_is_a_line_that_starts_with_a_colon() => Assert.Equal(": heartbeat\n\n", Written(o => SseWriter.WriteComment(o, "heartbeat")));

    [Theory]
    [InlineData("a\nevent: done")]
    [InlineData("a\rb")]
    [InlineData("a\0")]
    public void A_name_with_a_line_end_is_refused(string name) =>
        Assert.Throws<ArgumentException>(() => Written(o => SseWriter.WriteEvent(o, null, name, "x"u8)));

    [Fact]
    public void Seed_frames_are_content_done_and_error_alone()
    {
        var frames = Frames.For("text/event-stream", Answer);
        Assert.IsType<SeedFrames>(frames);
        Assert.Equal("data: {\"content\":\"91\\nlines\"}\n\n", Written(o => frames.Write(o, new TextEvent("91\nlines"))));
        Assert.Equal("data: {\"done\":true}\n\n", Written(o => frames.Write(o, new DoneEvent(Answer, Answer, AnswerStatus.Answered))));
        Assert.Equal("data: {\"error\":\"no\"}\n\n", Written(o => frames.Write(o, new ErrorEvent("INTERNAL_SERVER_ERROR", "no"))));
        Assert.Equal("", Written(o => frames.Write(o, new StatusEvent("planning"))));
    }

    [Theory]
    [InlineData("text/event-stream; profile=v2")]
    [InlineData("text/event-stream;profile=\"v2\"")]
    [InlineData("application/json, text/event-stream; profile=V2; q=0.9")]
    public void The_typed_profile_is_asked_for_by_accept(string accept) => Assert.IsType<TypedFrames>(Frames.For(accept, Answer));

    [Theory]
    [InlineData("")]
    [InlineData("*/*")]
    [InlineData("text/event-stream; profile=v3")]
    [InlineData("application/json; profile=v2")]
    public void Everybody_else_gets_seed_frames(string accept) => Assert.IsType<SeedFrames>(Frames.For(accept, Answer));

    [Fact]
    public void Typed_frames_carry_ids_that_count_up()
    {
        var frames = Frames.For("text/event-stream; profile=v2", Answer);
        const string stream = "0123456789ab7def8123456789abcdef";
        Assert.Equal($"id: {stream}-1\nevent: status\ndata: {{\"state\":\"planning\"}}\n\n", Written(o => frames.Write(o, new StatusEvent("planning"))));
        Assert.Equal($"id: {stream}-2\nevent: text_delta\ndata: {{\"delta\":\"x\"}}\n\n", Written(o => frames.Write(o, new TextEvent("x"))));
        Assert.Equal(
            $"id: {stream}-3\nevent: plan\ndata: {{\"summary\":\"s\",\"plan\":{{\"kind\":\"describe\",\"entity\":{{\"id\":\"intrusion-set--1\",\"name\":\"APT28\",\"kind\":\"group\",\"external_id\":\"G0007\",\"retired\":false}}}}}}\n\n",
            Written(o => frames.Write(o, new PlanEvent(new DescribePlan(Corpus.Apt28), "s"))));
        Assert.Equal(
            $"id: {stream}-4\nevent: tool_call\ndata: {{\"id\":\"call_1\",\"tool\":\"find_path\",\"arguments\":{{\"a\":1}}}}\n\n",
            Written(o => frames.Write(o, new ToolCallEvent("call_1", "find_path", new JsonObject { ["a"] = 1 }))));
        Assert.Equal(
            $"id: {stream}-5\nevent: tool_result\ndata: {{\"id\":\"call_1\",\"tool\":\"find_path\",\"rows\":3,\"duration_ms\":1.5}}\n\n",
            Written(o => frames.Write(o, new ToolResultEvent("call_1", "find_path", 3, 1.5, null))));
        Assert.Equal(
            $"id: {stream}-6\nevent: citation\ndata: {{\"number\":1,\"tool_call_id\":\"call_1\",\"tool\":\"find_path\",\"source\":\"knowledgegraph\",\"rows\":3}}\n\n",
            Written(o => frames.Write(o, new CitationEvent(new Citation(1, "call_1", "find_path", "knowledgegraph", 3)))));
        Assert.Equal(
            $"id: {stream}-7\nevent: done\ndata: {{\"conversation_id\":\"{Answer:D}\",\"message_id\":\"{Answer:D}\",\"status\":\"answered\"}}\n\n",
            Written(o => frames.Write(o, new DoneEvent(Answer, Answer, AnswerStatus.Answered))));
    }

    private static string Written(Action<IBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
