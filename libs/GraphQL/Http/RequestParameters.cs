using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Platform.GraphQL.Http;

/// <summary>Parameters of a request (GraphQL over HTTP, 4.1), as sent.</summary>
internal sealed record RequestParameters(string? Query, string? OperationName, JsonElement? Variables, string? Hash)
{
    /// <summary>Reads an object of JSON; what is wrong with it is thrown.</summary>
    /// <exception cref="FormatException">It is not of the form.</exception>
    public static RequestParameters Of(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException("A request is a JSON object.");
        }

        var extensions = Map(json, "extensions");
        var documentId = Text(json, "documentId");
        var hash = extensions is { } given && given.TryGetProperty("persistedQuery", out var persisted)
            ? PersistedHash(persisted)
            : documentId is null ? null : documentId.StartsWith("sha256:", StringComparison.Ordinal) ? documentId[7..] : documentId;
        var query = Text(json, "query");
        return query is null && hash is null
            ? throw new FormatException("The parameter \"query\" is missing.")
            : new RequestParameters(query, Text(json, "operationName"), Map(json, "variables"), hash?.ToLowerInvariant());
    }

    /// <summary>Reads the query of an address (5.3): values are text, maps are JSON.</summary>
    public static RequestParameters Of(IQueryCollection values)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            foreach (var name in (string[])["query", "operationName", "documentId"])
            {
                if (values[name] is [{ } text, ..])
                {
                    writer.WriteString(name, text);
                }
            }

            foreach (var name in (string[])["variables", "extensions"])
            {
                if (values[name] is [{ Length: > 0 } text, ..])
                {
                    writer.WritePropertyName(name);
                    JsonElement.Parse(text).WriteTo(writer);
                }
            }

            writer.WriteEndObject();
        }

        return Of(JsonElement.Parse(stream.ToArray()));
    }

    private static string? PersistedHash(JsonElement persisted) =>
        persisted.ValueKind == JsonValueKind.Object && persisted.TryGetProperty("sha256Hash", out var hash) && hash.ValueKind == JsonValueKind.String
            ? hash.GetString()
            : throw new FormatException("\"extensions.persistedQuery\" has no \"sha256Hash\".");

    private static string? Text(JsonElement json, string name) => !json.TryGetProperty(name, out var value) ? null : value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Null => null,
        _ => throw new FormatException($"The parameter \"{name}\" is not a string."),
    };

    private static JsonElement? Map(JsonElement json, string name) => !json.TryGetProperty(name, out var value) ? null : value.ValueKind switch
    {
        JsonValueKind.Object => value,
        JsonValueKind.Null => null,
        _ => throw new FormatException($"The parameter \"{name}\" is not a map."),
    };
}
