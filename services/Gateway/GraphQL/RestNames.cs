using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.GraphQL;

namespace Platform.Gateway.GraphQL;

/// <summary>Names and values of the schema as the services' REST API has them.</summary>
internal static class RestNames
{
    /// <summary>In snake case.</summary>
    public static string Of(string name)
    {
        var text = new StringBuilder(name.Length + 4);
        foreach (var letter in name)
        {
            if (char.IsAsciiLetterUpper(letter))
            {
                text.Append('_');
            }

            text.Append(char.ToLowerInvariant(letter));
        }

        return text.ToString();
    }

    /// <summary>A coerced value as JSON: input objects with the REST API's names, anything that came as JSON as it came.</summary>
    public static JsonNode? Json(object? value) => value switch
    {
        null => null,
        InputObject input => ObjectOf(input),
        JsonElement json => JsonNode.Parse(json.GetRawText()),
        string text => JsonValue.Create(text),
        System.Collections.IEnumerable list => new JsonArray([.. list.Cast<object?>().Select(Json)]),
        _ => JsonSerializer.SerializeToNode(value),
    };

    /// <summary>What was given of an input object.</summary>
    public static JsonObject ObjectOf(InputObject input)
    {
        var json = new JsonObject();
        foreach (var (name, value) in input)
        {
            json[Of(name)] = Json(value);
        }

        return json;
    }
}
