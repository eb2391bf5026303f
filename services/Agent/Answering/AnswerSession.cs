using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Platform.Agent.Chat;
using Platform.Agent.Storage;
using Platform.Agent.Tools;
using Platform.ServiceDefaults;

namespace Platform.Agent.Answering;

/// <summary>One answer while it is made: its tool calls, its text, its evidence; all of it goes out as events at once.</summary>
internal sealed class AnswerSession(ToolRegistry tools, ChannelWriter<ChatEvent> events, TimeProvider clock)
{
    private const int MaxRows = 100;
    private readonly StringBuilder _text = new();
    private readonly List<ToolCallRecord> _calls = [];
    private readonly List<Citation> _citations = [];

    public string Text => _text.ToString();

    public IReadOnlyList<ToolCallRecord> Calls => _calls;

    public IReadOnlyList<Citation> Citations => _citations;

    /// <summary>The Cypher of the first query, if there was one.</summary>
    public string? Cypher { get; private set; }

    /// <summary>The rows that the answer rests on, the first hundred.</summary>
    public JsonArray? Rows { get; private set; }

    public async Task<(ToolResult Result, int Mark)> CallAsync(string tool, JsonObject arguments, CancellationToken ct)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"call_{_calls.Count + 1}");
        await events.WriteAsync(new ToolCallEvent(id, tool, arguments), ct);
        if (tool == ToolIds.RunCypher)
        {
            Cypher ??= arguments["cypher"]?.GetValue<string>();
        }

        var started = clock.GetTimestamp();
        ToolResult result;
        try
        {
            result = await tools.InvokeAsync(tool, arguments, ct);
        }
        catch (UpstreamException exception)
        {
            result = ToolResult.Failed(exception.Failure == UpstreamFailure.Timeout ? "The data did not answer in time." : "The data cannot be reached right now.");
        }

        var took = Math.Round(clock.GetElapsedTime(started).TotalMilliseconds, 1);
        _calls.Add(new ToolCallRecord(id, tool, arguments, result.Rows, took, result.Error));
        await events.WriteAsync(new ToolResultEvent(id, tool, result.Rows, took, result.Error), ct);
        if (result.Error is not null)
        {
            return (result, 0);
        }

        var citation = new Citation(_citations.Count + 1, id, tool, tools.SourceOf(tool), result.Rows);
        _citations.Add(citation);
        return (result, citation.Number);
    }

    public async ValueTask SayAsync(string text, CancellationToken ct)
    {
        _text.Append(text);
        await events.WriteAsync(new TextEvent(text), ct);
    }

    public async ValueTask EmitAsync(ChatEvent chatEvent, CancellationToken ct) => await events.WriteAsync(chatEvent, ct);

    /// <summary>Keeps rows as part of the evidence.</summary>
    public void Keep(JsonArray rows)
    {
        Rows ??= [];
        foreach (var row in rows)
        {
            if (Rows.Count >= MaxRows)
            {
                return;
            }

            Rows.Add(row?.DeepClone());
        }
    }
}
