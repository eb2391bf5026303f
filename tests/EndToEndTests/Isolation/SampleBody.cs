using System.Text.Json;
using System.Text.Json.Nodes;

namespace Platform.EndToEndTests.Isolation;

/// <summary>Makes a body that a schema describes, out of words and ids that are given to it.</summary>
/// <param name="schemas">The schemas that references name.</param>
/// <param name="words">What stands for the other tenant's things in it.</param>
internal sealed class SampleBody(JsonElement schemas, Words words)
{
    private const int Deepest = 6;

    public JsonNode? Of(JsonElement schema) => Of(schema, "", 0);

    private JsonNode? Of(JsonElement schema, string name, int depth)
    {
        schema = Resolve(schema);
        if (depth > Deepest)
        {
            return null;
        }

        if (schema.TryGetProperty("enum", out var values))
        {
            return JsonNode.Parse(values.EnumerateArray().First(v => v.ValueKind != JsonValueKind.Null).GetRawText());
        }

        return TypeOf(schema) switch
        {
            "object" => ObjectOf(schema, depth),
            "array" => ArrayOf(schema, name, depth),
            "integer" or "number" => JsonValue.Create(schema.TryGetProperty("minimum", out var least) ? Math.Max(1, least.GetDouble()) : 1),
            "boolean" => JsonValue.Create(false),
            _ => schema.TryGetProperty("format", out var format) && format.GetString() is "date-time" ? JsonValue.Create("2026-01-02T00:00:00Z")
                : name == "ids" && format.ValueKind == JsonValueKind.String && format.GetString() is "uuid" ? JsonValue.Create(words.Asset)
                : JsonValue.Create(words.For(name)),
        };
    }

    private JsonObject ObjectOf(JsonElement schema, int depth)
    {
        var made = new JsonObject();
        if (!schema.TryGetProperty("properties", out var properties))
        {
            return depth > 0 ? made : words.AnyObject();
        }

        foreach (var property in properties.EnumerateObject())
        {
            // Where any value may stand, none is better than a wrong one.
            var resolved = Resolve(property.Value);
            if (TypeOf(resolved) is not null || resolved.TryGetProperty("enum", out _))
            {
                made[property.Name] = Of(property.Value, property.Name, depth + 1);
            }
        }

        return made;
    }

    private JsonArray ArrayOf(JsonElement schema, string name, int depth) =>
        schema.TryGetProperty("items", out var items) && Of(items, name, depth + 1) is { } item ? [item] : [];

    private static string? TypeOf(JsonElement schema) => !schema.TryGetProperty("type", out var type)
        ? schema.TryGetProperty("properties", out _) ? "object" : null
        : type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(t => t.GetString()).First(t => t != "null") : type.GetString();

    private JsonElement Resolve(JsonElement schema)
    {
        while (true)
        {
            if (schema.TryGetProperty("$ref", out var reference))
            {
                // "Any object" has a name and no schema.
                if (!schemas.TryGetProperty(reference.GetString()!.Split('/')[^1], out schema))
                {
                    return JsonElement.Parse("""{"type":"object"}""");
                }
            }
            else if (schema.TryGetProperty("oneOf", out var choices) || schema.TryGetProperty("anyOf", out choices))
            {
                schema = choices.EnumerateArray().First(c => TypeOf(c) != "null");
            }
            else
            {
                return schema;
            }
        }
    }
}
