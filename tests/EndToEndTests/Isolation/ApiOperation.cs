using System.Text.Json;
using Platform.TestSupport;

namespace Platform.EndToEndTests.Isolation;

/// <summary>One operation of the platform, as the merged API description has it.</summary>
/// <param name="Method">GET, POST, ...</param>
/// <param name="Path">Its template, such as <c>/api/v2/users/{id}</c>.</param>
/// <param name="Query">The query parameters it knows.</param>
/// <param name="Body">The schema of its JSON body, references resolved; null without one.</param>
internal sealed record ApiOperation(string Method, string Path, IReadOnlyList<string> Query, JsonElement? Body)
{
    private static readonly string[] Prefixes = ["/api/v1/", "/api/v2/", "/api/"];
    private static readonly string[] Methods = ["get", "post", "put", "patch", "delete"];

    /// <summary>A part of the description that each service writes when it is first asked.</summary>
    private static readonly string[] OfEachService = ["/api/v2/users", "/api/v2/admin/tenants", "/api/v2/threat-intel/indicators", "/api/v2/knowledge-graph/nodes", "/api/v2/agent/tools"];

    public bool IsRead => Method == "GET";

    /// <summary>The template under v2, where lists are read.</summary>
    public string Canonical => Prefix is { Length: > 0 } prefix ? "/api/v2/" + Path[prefix.Length..] : Path;

    /// <summary>What comes before the part that all versions have in common; nothing where there is one version.</summary>
    public string Prefix => Array.Find(Prefixes, prefix => Path.StartsWith(prefix, StringComparison.Ordinal)) ?? "";

    public override string ToString() => $"{Method} {Path}";

    /// <summary>Every operation of every service, and the schemas that their bodies refer to.</summary>
    public static async Task<(IReadOnlyList<ApiOperation> Operations, JsonElement Schemas)> ReadAllAsync(Api client, CancellationToken ct)
    {
        JsonDocument? description = null;
        await Eventually.TrueAsync(
            async () =>
            {
                using var response = await client.SendAsync(HttpMethod.Get, "/api/openapi.json");
                description = JsonDocument.Parse(await response.Content.ReadAsStringAsync(ct));
                return OfEachService.All(path => description.RootElement.GetProperty("paths").TryGetProperty(path, out _));
            },
            TimeSpan.FromSeconds(60), ct, "The description of all services");
        return ([.. Read(description!.RootElement)], description.RootElement.GetProperty("components").GetProperty("schemas"));
    }

    private static IEnumerable<ApiOperation> Read(JsonElement description)
    {
        foreach (var path in description.GetProperty("paths").EnumerateObject())
        {
            foreach (var method in path.Value.EnumerateObject().Where(m => Methods.Contains(m.Name)))
            {
                string[] query = method.Value.TryGetProperty("parameters", out var parameters)
                    ? [.. parameters.EnumerateArray().Where(p => p.TryGetProperty("in", out var place) && place.GetString() == "query").Select(p => p.GetProperty("name").GetString()!)]
                    : [];
                yield return new ApiOperation(method.Name.ToUpperInvariant(), path.Name, query, BodyOf(method.Value));
            }
        }
    }

    private static JsonElement? BodyOf(JsonElement operation) =>
        operation.TryGetProperty("requestBody", out var body) && body.GetProperty("content").TryGetProperty("application/json", out var json)
            ? json.TryGetProperty("schema", out var schema) ? schema : null
            : null;
}
