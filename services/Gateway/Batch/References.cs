using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Platform.Gateway.Batch;

/// <summary>
/// References to answers of other operations, <c>{op1.data.id}</c>, in strings of a body and in values of a query.
/// <c>data</c> is the resource in either version. What a reference stands for is data: it is encoded for its place and never
/// looked at for references again.
/// </summary>
internal static partial class References
{
    /// <summary>The operations that a text refers to, of those that there are.</summary>
    public static IEnumerable<string> In(string text, IReadOnlySet<string> operations) =>
        Reference().Matches(text).Select(m => m.Groups["op"].Value).Where(operations.Contains);

    /// <summary>Those of all strings of a body.</summary>
    public static IEnumerable<string> In(JsonElement body, IReadOnlySet<string> operations) => body.ValueKind switch
    {
        JsonValueKind.String => In(body.GetString()!, operations),
        JsonValueKind.Array => body.EnumerateArray().SelectMany(e => In(e, operations)),
        JsonValueKind.Object => body.EnumerateObject().SelectMany(p => In(p.Value, operations)),
        _ => [],
    };

    /// <summary>The target with the values of its query filled in; null with the reference that stands for nothing usable.</summary>
    public static string? Fill(string target, IReadOnlyDictionary<string, JsonElement> answers, out string? missing)
    {
        string? lost = null;
        var filled = Reference().Replace(target, match =>
        {
            if (!answers.TryGetValue(match.Groups["op"].Value, out var data))
            {
                return match.Value;
            }

            if (TryText(data, match, out var text))
            {
                return Uri.EscapeDataString(text);
            }

            lost ??= match.Value;
            return "";
        });
        missing = lost;
        return lost is null ? filled : null;
    }

    /// <summary>The body with its references filled in: one that is a whole string becomes the JSON value that it stands for.</summary>
    public static JsonNode? Fill(JsonElement body, IReadOnlyDictionary<string, JsonElement> answers, ref string? missing)
    {
        switch (body.ValueKind)
        {
            case JsonValueKind.Object:
                var members = new JsonObject();
                foreach (var member in body.EnumerateObject())
                {
                    members[member.Name] = Fill(member.Value, answers, ref missing);
                }

                return members;
            case JsonValueKind.Array:
                var items = new JsonArray();
                foreach (var item in body.EnumerateArray())
                {
                    items.Add(Fill(item, answers, ref missing));
                }

                return items;
            case JsonValueKind.String:
                return FillText(body.GetString()!, answers, ref missing);
            default:
                return JsonNode.Parse(body.GetRawText());
        }
    }

    private static JsonNode? FillText(string text, IReadOnlyDictionary<string, JsonElement> answers, ref string? missing)
    {
        var result = new StringBuilder();
        var at = 0;
        foreach (Match match in Reference().Matches(text))
        {
            if (!answers.TryGetValue(match.Groups["op"].Value, out var data))
            {
                continue;
            }

            if (match.Length == text.Length && TryFind(data, match, out var whole))
            {
                return JsonNode.Parse(whole.GetRawText());
            }

            if (!TryText(data, match, out var value))
            {
                missing ??= match.Value;
                return null;
            }

            result.Append(text, at, match.Index - at).Append(value);
            at = match.Index + match.Length;
        }

        return JsonValue.Create(result.Append(text, at, text.Length - at).ToString());
    }

    /// <summary>Within a text only what has one spelling: no lists, objects or nothing.</summary>
    private static bool TryText(JsonElement data, Match reference, out string text)
    {
        text = "";
        if (!TryFind(data, reference, out var value) || value.ValueKind is JsonValueKind.Object or JsonValueKind.Array or JsonValueKind.Null)
        {
            return false;
        }

        text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        return true;
    }

    private static bool TryFind(JsonElement data, Match reference, out JsonElement value)
    {
        value = data;
        foreach (var step in reference.Groups["path"].Value.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            if (value.ValueKind == JsonValueKind.Object && value.TryGetProperty(step, out var member))
            {
                value = member;
            }
            else if (value.ValueKind == JsonValueKind.Array && int.TryParse(step, out var index) && index >= 0 && index < value.GetArrayLength())
            {
                value = value[index];
            }
            else
            {
                return false;
            }
        }

        return value.ValueKind != JsonValueKind.Undefined;
    }

    [GeneratedRegex(@"\{(?<op>[A-Za-z0-9_-]{1,64})\.data(?<path>(\.[A-Za-z0-9_-]{1,64}){0,16})\}", RegexOptions.ExplicitCapture)]
    private static partial Regex Reference();
}
