using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Platform.Agent.Chat;
using Platform.Agent.Storage;
using Platform.Agent.Tools;
using Platform.ServiceDefaults;

namespace Platform.Agent.Answering;

/// <summary>One answer while it is made: its tool calls, its text, its evidence; all of it goes out as events at once.</summary>
internal sealed class AnswerSession(ToolRegistry tools, AnswerEvents events, TimeProvider clock)
{
    private const int MaxRows = 100;
    private readonly StringBuilder _text = new();
    private readonly List<ToolCallRecord> _calls = [];
    private readonly List<Citation> _citations = [];

    public string Text => _text.ToString();

    public IReadOnlyList<ToolCallRecord> Calls => _calls;

    public IReadOnlyList<Citation> Citations => _citations;

    /// <summary>Who makes the answer: <c>built_in</c> or <c>model</c>.</summary>
    public string Planner { get; set; } = "built_in";

    /// <summary>How many changes wait to be confirmed.</summary>
    public int Waiting { get; set; }

    /// <summary>What a model read and wrote for the answer; null where none was asked.</summary>
    public (long Input, long Output)? Tokens { get; private set; }

    /// <summary>The Cypher of the first query, if there was one.</summary>
    public string? Cypher { get; private set; }

    /// <summary>The first query in SQL, if there was one.</summary>
    public string? Sql { get; private set; }

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
        else if (tool == ToolIds.RunSql)
        {
            Sql ??= arguments["sql"]?.ToString();
        }

        var started = clock.GetTimestamp();
        ToolResult result;
        try
        {
            result = await tools.InvokeAsync(tool, arguments, ct);
        }
        catch (UpstreamException exception)
        {
            result = ServiceTool.Unreachable(exception);
        }

        var took = Math.Round(clock.GetElapsedTime(started).TotalMilliseconds, 1);
        _calls.Add(new ToolCallRecord(id, tool, arguments, result.Rows, took, result.Error?.Message));
        await events.WriteAsync(new ToolResultEvent(id, tool, result.Rows, took, result.Error?.Message), ct);
        if (result.Error is not null)
        {
            return (result, 0);
        }

        var citation = new Citation(_citations.Count + 1, id, tool, result.Source ?? tools.SourceOf(tool), result.Rows);
        _citations.Add(citation);
        return (result, citation.Number);
    }

    public async ValueTask SayAsync(string text, CancellationToken ct)
    {
        if (text.Length == 0)
        {
            return;
        }

        _text.Append(text);
        await events.WriteAsync(new TextEvent(text), ct);
    }

    public void Spend(long input, long output) => Tokens = ((Tokens?.Input ?? 0) + input, (Tokens?.Output ?? 0) + output);

    /// <summary>Keeps the rows of a tool's result, whatever they are called in it.</summary>
    public void KeepResult(ToolResult result)
    {
        foreach (var (_, value) in result.Data as JsonObject ?? [])
        {
            if (value is JsonArray rows)
            {
                Keep(rows);
                return;
            }
        }
    }

    public async ValueTask EmitAsync(ChatEvent chatEvent, CancellationToken ct) => await events.WriteAsync(chatEvent, ct);

    /// <summary>Keeps rows as part of the evidence, and shows them as a table of the columns that they have.</summary>
    public async ValueTask ShowAsync(JsonArray rows, CancellationToken ct)
    {
        Keep(rows);
        if (rows.Count == 0)
        {
            return;
        }

        var columns = new List<string>();
        foreach (var row in rows)
        {
            foreach (var (name, _) in row as JsonObject ?? [])
            {
                if (!columns.Contains(name))
                {
                    columns.Add(name);
                }
            }
        }

        var cells = new JsonArray();
        for (var i = 0; i < rows.Count && i < MaxRows; i++)
        {
            var line = new JsonArray();
            foreach (var column in columns)
            {
                line.Add(rows[i]![column]?.DeepClone());
            }

            cells.Add((JsonNode)line);
        }

        await EmitAsync(new TableEvent(columns, cells), ct);
    }

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
