using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Platform.Agent.Models;

/// <summary>A tool that a model wants called.</summary>
/// <param name="Id">The model's own name for the call.</param>
/// <param name="Tool">The tool.</param>
/// <param name="Arguments">What it is given; null where that is no JSON object.</param>
internal sealed record ModelCall(string Id, string Tool, JsonObject? Arguments);

/// <summary>Tool calls that a model wrote into its text, as small models do, and arguments that are almost JSON.</summary>
internal static partial class PlainTextCalls
{
    private static readonly JsonDocumentOptions Lenient = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = 64 };

    /// <summary>What a text begins with that may be a call.</summary>
    private static readonly string[] Beginnings = ["{", "[", "```", "<tool_call", "<function", "<|python_tag|>"];

    /// <summary>Whether a text may yet turn out to be a call: nothing of it is shown before that is clear.</summary>
    public static bool MayBegin(string text)
    {
        var start = text.AsSpan().TrimStart();
        foreach (var beginning in Beginnings)
        {
            if (start.StartsWith(beginning, StringComparison.Ordinal) || beginning.AsSpan().StartsWith(start, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The calls that a text is made of; empty where it is anything else.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="isTool">Whether there is a tool of a name.</param>
    public static IReadOnlyList<ModelCall> Read(string text, Func<string, bool> isTool)
    {
        var bare = Marks().Replace(text, "\n").Trim();
        var calls = new List<ModelCall>();
        if (bare.Length == 0 || bare[0] is not ('{' or '['))
        {
            return calls;
        }

        foreach (var item in Values(bare))
        {
            var call = item["function"] as JsonObject ?? item;
            var name = (call["name"] ?? call["tool"] ?? call["tool_name"])?.ToString();
            if (name is null || !isTool(name))
            {
                return [];
            }

            var arguments = call["arguments"] ?? call["parameters"] ?? call["args"];
            calls.Add(new ModelCall($"text_{calls.Count + 1}", name, arguments is JsonValue ? Object(arguments.ToString()) : arguments?.DeepClone() as JsonObject ?? []));
        }

        return calls;
    }

    /// <summary>Arguments as an object: also with a comma too many, in a fence, or with its last brackets missing. Null for what is past help.</summary>
    public static JsonObject? Object(string text)
    {
        var bare = Marks().Replace(text, "\n").Trim();
        return bare.Length == 0 ? [] : (Try(bare) ?? Try(Close(bare))) as JsonObject;
    }

    private static List<JsonObject> Values(string text)
    {
        switch (Try(text))
        {
            case JsonObject one:
                return [one];
            case JsonArray many:
                return [.. many.OfType<JsonObject>()];
        }

        // Several objects, one on a line.
        var found = new List<JsonObject>();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (Try(line) is not JsonObject one)
            {
                return Try(Close(text)) is JsonObject whole ? [whole] : [];
            }

            found.Add(one);
        }

        return found;
    }

    private static JsonNode? Try(string text)
    {
        try
        {
            return JsonNode.Parse(text, documentOptions: Lenient);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Adds the brackets and the quotation mark that a cut text lacks.</summary>
    private static string Close(string text)
    {
        var open = new Stack<char>();
        var (quoted, escaped) = (false, false);
        foreach (var c in text)
        {
            if (quoted)
            {
                (quoted, escaped) = (c != '"' || escaped, c == '\\' && !escaped);
            }
            else if (c == '"')
            {
                quoted = true;
            }
            else if (c is '{' or '[')
            {
                open.Push(c == '{' ? '}' : ']');
            }
            else if (c is '}' or ']' && (open.Count == 0 || open.Pop() != c))
            {
                return text;
            }
        }

        var closed = new StringBuilder(text.TrimEnd().TrimEnd(','));
        if (quoted)
        {
            closed.Append('"');
        }

        while (open.Count > 0)
        {
            closed.Append(open.Pop());
        }

        return closed.ToString();
    }

    [GeneratedRegex(@"```(?:json|tool_call|tool_code)?|</?tool_call>|</?function_call>|<\|python_tag\|>", RegexOptions.CultureInvariant)]
    private static partial Regex Marks();
}
