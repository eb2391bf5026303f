using System.Text.Json;
using System.Text.Json.Nodes;

namespace Platform.Agent.Models;

/// <summary>
/// Writes what a model server sent as OpenAI's own servers would have: only the members that the platform reads, in the
/// types that the official client expects. One is needed for each stream, since it counts the tool calls.
/// </summary>
internal sealed class ChunkRepair
{
    private static readonly HashSet<string> FinishReasons = ["stop", "length", "tool_calls", "content_filter", "function_call"];

    private readonly List<string?> _callIds = [];

    /// <summary>One chunk of a stream.</summary>
    /// <exception cref="ModelException">It is an error, or no JSON object.</exception>
    public JsonObject Chunk(string data)
    {
        var chunk = Parse(data);
        var choices = new JsonArray();
        if (First(chunk["choices"]) is { } choice)
        {
            var delta = choice["delta"] as JsonObject ?? choice["message"] as JsonObject ?? [];
            var repaired = new JsonObject();
            if (Text(delta["content"]) is { Length: > 0 } content)
            {
                repaired["content"] = content;
            }

            if (ToolCalls(delta, streamed: true) is { Count: > 0 } calls)
            {
                repaired["tool_calls"] = calls;
            }

            choices.Add(new JsonObject { ["index"] = 0, ["delta"] = repaired, ["finish_reason"] = FinishReason(choice) });
        }

        return Envelope("chat.completion.chunk", chunk, choices);
    }

    /// <summary>A whole answer.</summary>
    /// <exception cref="ModelException">It is an error, or no JSON object.</exception>
    public JsonObject Whole(string data)
    {
        var answer = Parse(data);
        var choice = First(answer["choices"]) ?? throw new ModelException("The model's answer holds no choice.");
        var message = choice["message"] as JsonObject ?? [];
        var repaired = new JsonObject { ["role"] = "assistant", ["content"] = Text(message["content"]) };
        if (ToolCalls(message, streamed: false) is { Count: > 0 } calls)
        {
            repaired["tool_calls"] = calls;
        }

        return Envelope("chat.completion", answer, [new JsonObject { ["index"] = 0, ["message"] = repaired, ["finish_reason"] = FinishReason(choice) ?? "stop" }]);
    }

    private static JsonObject Parse(string data)
    {
        JsonObject? value;
        try
        {
            value = JsonNode.Parse(data) as JsonObject;
        }
        catch (JsonException exception)
        {
            throw new ModelException("The model server sent something that is not JSON.", exception);
        }

        if (value is null)
        {
            throw new ModelException("The model server sent something that is not an object.");
        }

        return value["error"] switch
        {
            null => value,
            JsonObject error => throw new ModelException("The model server reports an error: " + Planning.Shown.Line(Text(error["message"]) ?? "unknown", 200)),
            var error => throw new ModelException("The model server reports an error: " + Planning.Shown.Line(error.ToString(), 200)),
        };
    }

    private static JsonObject Envelope(string kind, JsonObject source, JsonArray choices)
    {
        var made = new JsonObject { ["id"] = Text(source["id"]) ?? "none", ["object"] = kind, ["created"] = 0, ["model"] = Text(source["model"]) ?? "unknown", ["choices"] = choices };
        if (source["usage"] is JsonObject usage)
        {
            var (input, output) = (Number(usage["prompt_tokens"]), Number(usage["completion_tokens"]));
            made["usage"] = new JsonObject { ["prompt_tokens"] = input, ["completion_tokens"] = output, ["total_tokens"] = input + output };
        }

        return made;
    }

    private JsonArray ToolCalls(JsonObject message, bool streamed)
    {
        var made = new JsonArray();
        foreach (var item in message["tool_calls"] as JsonArray ?? [])
        {
            if (item is not JsonObject call)
            {
                continue;
            }

            var function = call["function"] as JsonObject ?? [];
            var id = Text(call["id"]) is { Length: > 0 } given ? given : null;
            var index = IndexOf(call, id, Text(function["name"]));
            var repaired = new JsonObject
            {
                ["type"] = "function",
                ["function"] = new JsonObject { ["name"] = Text(function["name"]), ["arguments"] = Arguments(function["arguments"]) },
            };
            if (streamed)
            {
                repaired["index"] = index;
            }

            // Only the first piece of a call names it.
            repaired["id"] = _callIds[index] is null ? _callIds[index] = id ?? $"call_{index + 1}" : streamed ? null : _callIds[index];
            made.Add((JsonNode)repaired);
        }

        return made;
    }

    /// <summary>Which call a piece belongs to: some servers give no index, and some give the same one to every call.</summary>
    private int IndexOf(JsonObject call, string? id, string? name)
    {
        if (id is not null && _callIds.IndexOf(id) is >= 0 and var known)
        {
            return known;
        }

        var given = call["index"] is JsonValue value && value.TryGetValue<int>(out var number) && number >= 0 ? number : (int?)null;
        var begins = id is not null || (name is { Length: > 0 } && (given is null || given >= _callIds.Count));
        if (!begins && _callIds.Count > 0)
        {
            return given < _callIds.Count ? given.Value : _callIds.Count - 1;
        }

        _callIds.Add(null);
        return _callIds.Count - 1;
    }

    private static string? FinishReason(JsonObject choice) =>
        Text(choice["finish_reason"]) is { Length: > 0 } reason ? FinishReasons.Contains(reason) ? reason == "function_call" ? "tool_calls" : reason : "stop" : null;

    private static string Arguments(JsonNode? arguments) => arguments switch
    {
        null => "",
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        _ => arguments.ToJsonString(),
    };

    private static JsonObject? First(JsonNode? choices) => choices is JsonArray { Count: > 0 } items ? items[0] as JsonObject : null;

    private static long Number(JsonNode? node) => node is JsonValue value && value.TryGetValue<double>(out var number) && number is >= 0 and < 1e12 ? (long)number : 0;

    /// <summary>A text, or the texts of a list of parts.</summary>
    private static string? Text(JsonNode? node) => node switch
    {
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        JsonArray parts => string.Concat(parts.Select(part => Text(part?["text"]) ?? "")),
        _ => null,
    };
}
